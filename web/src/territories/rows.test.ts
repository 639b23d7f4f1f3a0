import { describe, expect, it } from 'vitest'
import { aTerritory } from './fixtures'
import type { Painting } from './painting'
import { evennessOf, figureOf, offOf, rowsOf, sumOf } from './rows'

const east = aTerritory({ id: 1, name: 'East', level: 'region', parentId: null })
const dover = aTerritory({ id: 2, name: 'Dover', parentId: 1 })
const lewes = aTerritory({ id: 3, name: 'Lewes', parentId: 1 })
const newark = aTerritory({ id: 4, name: 'Newark', parentId: 99 })

/** Shares of 100, 300 and no hours. */
const painting = {
  of: (id: number) => ({
    cells: id === 4 ? 0 : 10,
    visitHours: id === 2 ? 60 : id === 3 ? 250 : 0,
    driveHours: id === 2 ? 40 : id === 3 ? 50 : 0,
    accounts: id * 10,
  }),
} as unknown as Pick<Painting, 'of'>

describe('the list of territories', () => {
  it('puts what belongs together under its parent', () => {
    expect(rowsOf([dover, newark, east, lewes]).map((row) => [row.territory.name, row.depth])).toEqual([
      ['Newark', 0],
      ['East', 0],
      ['Dover', 1],
      ['Lewes', 1],
    ])
  })
  it('knows which territories a region stands for', () => {
    const row = rowsOf([east, dover, lewes])[0]
    expect(row?.leaves.map((each) => each.name)).toEqual(['Dover', 'Lewes'])
  })
  it('adds accounts that belong by an exception', () => {
    const held = { ...dover, held: { ...dover.held, accounts: 3, visitHours: 5 } }
    expect(figureOf(painting, held, 'accounts')).toBe(23)
    expect(figureOf(painting, held, 'workload')).toBe(105)
    expect(sumOf(painting, [held, lewes], 'accounts')).toBe(53)
  })
  it('measures evenness among territories that have something', () => {
    const { mean, spread, count } = evennessOf(painting, [east, dover, lewes, newark], 'workload')
    expect([mean, spread, count]).toEqual([200, 0.5, 2])
  })
  it('calls a tenth above or below the mean even', () => {
    expect([0.89, 0.9, 1.1, 1.11].map(offOf)).toEqual(['under', 'even', 'even', 'over'])
  })
})
