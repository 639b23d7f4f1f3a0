import { describe, expect, it } from 'vitest'
import { safeLink } from './DetailsPart'
import { addressOf, siteIdsOf } from './queries'
import { addressFrom } from './SitesPart'
import { nextSort, sortOrder } from './sorting'

describe('the list', () => {
  it('sorts up, then down, then not, column by column', () => {
    expect(nextSort(undefined, 'revenue')).toBe('revenue')
    expect(nextSort('revenue', 'revenue')).toBe('-revenue')
    expect(nextSort('-revenue', 'revenue')).toBeUndefined()
    expect(nextSort('-revenue', 'name')).toBe('name')
    expect(sortOrder('-dueOn', 'dueOn')).toBe(-1)
    expect(sortOrder('name', undefined)).toBe(0)
  })
  it('joins what is known of an address', () => {
    expect(addressOf({ housenumber: '12', street: 'Main Street', city: 'Newark', postcode: '19711' })).toBe(
      '12 Main Street, 19711 Newark',
    )
    expect(addressOf({ housenumber: '', street: '', city: 'Newark', postcode: '' })).toBe('Newark')
  })
  it('plans only accounts that have a place', () => {
    expect(siteIdsOf([])).toEqual([])
  })
})

describe('addresses that were found', () => {
  it('are taken apart, number first or last', () => {
    expect(addressFrom({ kind: 'house', label: '12 Main Street', detail: '19711 Newark' })).toEqual({
      housenumber: '12',
      street: 'Main Street',
      city: 'Newark',
      postcode: '19711',
    })
    expect(addressFrom({ kind: 'house', label: 'Hauptstraße 12a', detail: 'Berlin' })).toEqual({
      housenumber: '12a',
      street: 'Hauptstraße',
      city: 'Berlin',
    })
  })
})

describe('links to websites', () => {
  it('never run a script', () => {
    expect(safeLink('javascript:alert(1)')).toBeNull()
    expect(safeLink('data:text/html,x')).toBeNull()
    expect(safeLink('example.com/a')).toBe('https://example.com/a')
    expect(safeLink('')).toBeNull()
  })
})
