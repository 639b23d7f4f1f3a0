import { describe, expect, it } from 'vitest'
import {
  accountsSearchSchema,
  conditionsOf,
  filterOf,
  filterQuery,
  parseSearch,
  plansSearchSchema,
  positionOf,
  roundPosition,
  selectionKey,
  selectionOf,
  signInSearchSchema,
  stringifySearch,
} from './search'

const read = (query: string) => accountsSearchSchema.parse(parseSearch(query))

describe('the address bar', () => {
  it('reads a filter with repeated keys as lists', () => {
    const search = read('?q=bakery&status=prospect&status=customer&ownerId=0&ownerId=7&teamId=3')
    expect(filterOf(search)).toEqual({
      q: 'bakery',
      status: ['prospect', 'customer'],
      ownerId: [0, 7],
      teamId: 3,
    })
  })
  it('takes a single value for a list of one', () => {
    expect(read('?class=A').class).toEqual(['A'])
  })
  it('drops what it does not understand and keeps the rest', () => {
    const search = read(
      '?status=prospect&status=alien&class=Z&lat=91&lon=-75.5&zoom=abc&sel=x9&archived=perhaps',
    )
    expect(search.status).toEqual(['prospect'])
    expect(search.class).toBeUndefined()
    expect(search.lat).toBeUndefined()
    expect(search.lon).toBe(-75.5)
    expect(search.zoom).toBeUndefined()
    expect(search.sel).toBeUndefined()
    expect(search.archived).toBeUndefined()
  })
  it('writes what it reads, letter for letter', () => {
    const query =
      '?q=M%C3%BCller+%26+Sons&status=prospect&status=customer&tag=wine&lon=-75.5&lat=39.1&zoom=9.5&sel=a12'
    expect(stringifySearch(read(query))).toBe(query)
  })
  it('leaves out what is not set', () => {
    expect(stringifySearch({ q: '', status: undefined, tag: [], sel: null })).toBe('')
  })
  it('takes a drawn area only as a ring of numbers', () => {
    expect(read('?within=-75.5,39.1+-75.4,39.1+-75.4,39.2').within).toBe('-75.5,39.1 -75.4,39.1 -75.4,39.2')
    expect(read('?within=-75.5,39.1+-75.4,39.1').within).toBeUndefined()
    expect(read('?within=drop+table').within).toBeUndefined()
  })
  it('gives tiles the filter and nothing of the map', () => {
    expect(filterQuery(read('?status=customer&lon=1&lat=2&zoom=3&sel=a1&sort=name'))).toBe('status=customer')
  })
  it('counts kinds of conditions, not values', () => {
    expect(conditionsOf(read('?status=prospect&status=customer&q=x&sort=name'))).toBe(2)
  })
  it('looks somewhere only when longitude, latitude and zoom are all there', () => {
    expect(positionOf(read('?lon=-75.5&lat=39.1'))).toBeNull()
    expect(positionOf(read('?lon=-75.5&lat=39.1&zoom=9'))).toEqual({ lon: -75.5, lat: 39.1, zoom: 9 })
    expect(roundPosition({ lon: -75.123456789, lat: 39.1, zoom: 9.12345 })).toEqual({
      lon: -75.12346,
      lat: 39.1,
      zoom: 9.12,
    })
  })
  it('names accounts and open prospects', () => {
    expect(selectionOf('a12')).toEqual({ kind: 'account', id: 12 })
    expect(selectionOf('p7')).toEqual({ kind: 'prospect', id: 7 })
    expect(selectionOf(undefined)).toBeNull()
    expect(selectionKey(selectionOf('p7'))).toBe('p7')
    expect(selectionKey(null)).toBeUndefined()
  })
  it('hands sites to a plan', () => {
    expect(plansSearchSchema.parse(parseSearch('?siteIds=5&siteIds=6&siteIds=x&day=2026-11-22'))).toEqual({
      siteIds: [5, 6],
      day: '2026-11-22',
    })
  })
  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)'])(
    'never goes to %s after signing in',
    (to) => expect(signInSearchSchema.parse({ to }).to).toBeUndefined(),
  )
  it('goes back to the page that was asked for', () => {
    expect(signInSearchSchema.parse({ to: '/accounts/5?x=1' }).to).toBe('/accounts/5?x=1')
  })
})
