import { describe, expect, it } from 'vitest'
import { noLayout } from '../accounts/columns'
import { accountsSearchSchema, parseSearch, stringifySearch } from '../app/search'
import type { View } from '../filters/types'
import {
  addressOfView,
  builtinView,
  contentOf,
  isChanged,
  isLinkToView,
  layoutOf,
  savedView,
  viewOf,
} from './view'

const read = (query: string) => accountsSearchSchema.parse(parseSearch(query))
const old = { field: 'lastVisitOn', op: 'more_than_ago', value: { n: 30, unit: 'day' } }
const view: View = {
  id: 7,
  name: 'Sleepers',
  object: 'accounts',
  shared: 'own',
  ownerId: 2,
  ownerName: 'Rosa Rep',
  filter: { all: [{ field: 'search', op: 'matches', value: 'bakery' }, old] },
  sort: '-revenue',
  columns: ['name', 'revenue', 'custom.vat'],
  widths: { revenue: 90 },
  map: { show: 'list', lon: -75.5, lat: 39.1, zoom: 9 },
  version: 3,
}
const shown = savedView(view)

describe('a saved view', () => {
  it('is shown by an address that survives a reload', () => {
    const query = stringifySearch(addressOfView(shown))
    const search = read(query)
    expect(search).toMatchObject({ view: '7', q: 'bakery', sort: '-revenue', show: 'list', lon: -75.5 })
    expect(isChanged(shown, search, layoutOf(shown))).toBe(false)
    expect(viewOf(search.view, [view]).saved?.name).toBe('Sleepers')
  })
  it('is changed by another filter, order, column, width or way to show it', () => {
    const search = read(stringifySearch(addressOfView(shown)))
    const layout = layoutOf(shown)
    expect(isChanged(shown, { ...search, q: undefined }, layout)).toBe(true)
    expect(isChanged(shown, { ...search, sort: 'revenue' }, layout)).toBe(true)
    expect(isChanged(shown, { ...search, show: 'both' }, layout)).toBe(true)
    expect(isChanged(shown, search, { ...layout, columns: ['name'] })).toBe(true)
    expect(isChanged(shown, search, { ...layout, widths: { revenue: 91 } })).toBe(true)
  })
  it('is not changed by where the map looks and what is selected', () => {
    const search = read(stringifySearch(addressOfView(shown)))
    expect(isChanged(shown, { ...search, lon: 1, lat: 2, zoom: 3, sel: 'a5' }, layoutOf(shown))).toBe(false)
  })
  it('is stored as it is shown', () => {
    const search = read(stringifySearch(addressOfView(shown)))
    const { id, name, object, shared, ownerId, ownerName, version, ...content } = view
    expect(contentOf(search, layoutOf(shown))).toEqual(content)
  })
  it('that is gone is the list of all', () => {
    expect(viewOf('99', [view]).key).toBe('all')
    expect(viewOf(undefined, []).key).toBe('all')
  })
})

describe('the views that everyone has', () => {
  it('are not changed when they are opened', () => {
    for (const key of ['all', 'mine', 'overdue', 'never'] as const) {
      const search = read(stringifySearch(addressOfView(builtinView(key))))
      expect(isChanged(builtinView(key), search, noLayout), key).toBe(false)
      expect(isChanged(builtinView(key), { ...search, show: 'list' }, noLayout), key).toBe(false)
    }
  })
  it('are linked to by their name alone; a filter said to be none is no link', () => {
    expect(isLinkToView(read('?view=overdue'))).toBe(true)
    expect(isLinkToView(read('?view=7&lon=1&lat=2&zoom=3'))).toBe(true)
    expect(isLinkToView(read('?view=7&q=x'))).toBe(false)
    expect(isLinkToView(read(`?view=7&filter=${encodeURIComponent('{"all":[]}')}`))).toBe(false)
    expect(isLinkToView(read('?q=x'))).toBe(false)
  })
})
