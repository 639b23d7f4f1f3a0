import { describe, expect, it } from 'vitest'
import { reachOf, reachText } from './reach'
import { accountsSearchSchema, conditionsOf, filterOf, filterQuery, parseSearch } from './search'

const read = (query: string) => accountsSearchSchema.parse(parseSearch(query))

describe('a drive-time area in the address bar', () => {
  it('is a place and whole minutes', () => {
    expect(reachOf('-75.5277,39.1582,20')).toEqual({ point: [-75.5277, 39.1582], minutes: 20 })
  })
  it('is written as it is read, to a metre', () => {
    const text = '-75.5277,39.1582,20'
    expect(reachText(reachOf(text) as NonNullable<ReturnType<typeof reachOf>>)).toBe(text)
    expect(reachText({ point: [-75.123456789, 39.1], minutes: 5 })).toBe('-75.12346,39.1,5')
    expect(reachText({ point: [1e-7, -0.000001], minutes: 5 })).toBe('0,0,5')
  })
  it.each([
    undefined,
    '',
    '20',
    '-75.5,39.1',
    '-75.5,39.1,0',
    '-75.5,39.1,121',
    '-75.5,39.1,2.5',
    '-75.5,39.1,-5',
    '181,39.1,20',
    '-75.5,91,20',
    '-75.5, 39.1,20',
    '-75.5,39.1,20,1',
    '1e1,39.1,20',
    'a,b,c',
  ])('is not %s', (text) => expect(reachOf(text)).toBeNull())

  it('is part of the filter of list, tiles and hexagons, and counts as a condition', () => {
    const search = read('?reach=-75.5%2C39.1%2C20&reachOf=12&status=customer&sel=a3')
    expect(filterOf(search)).toEqual({ status: ['customer'], reach: '-75.5,39.1,20' })
    expect(filterQuery(search)).toBe('status=customer&reach=-75.5%2C39.1%2C20')
    expect(conditionsOf(search)).toBe(2)
    expect(search.reachOf).toBe(12)
  })
  it('that cannot be read opens the page without it', () => {
    const search = read('?reach=-75.5,39.1,soon&reachOf=x&status=customer')
    expect(search.reach).toBeUndefined()
    expect(search.reachOf).toBeUndefined()
    expect(search.status).toEqual(['customer'])
  })
})
