import { describe, expect, it } from 'vitest'
import { type Conflict, cellsOf, keptBeside, paintedAgain, sumOfConflicts, takenMeanwhile } from './conflict'
import { Division } from './division'
import { anAlignment, aTerritory, middle, someCells } from './fixtures'

const other = someCells().cells[6]?.cell as string
const third = someCells().cells[5]?.cell as string
const ground = () => new Division(someCells().cells, someCells().resolution)
const kept = (cells: string[], from: number, to: number): Conflict => ({
  changes: [{ cells, from: cells.map(() => from), to: cells.map(() => to) }],
  act: null,
  by: 'Ada Lindqvist',
})

describe('what was painted while somebody else changed the alignment', () => {
  it('is painted again, but for cells that are locked, and for territories that are gone or locked', () => {
    const owner = ground().painting.ownerOf(middle)
    const again = (changes: Conflict['changes'], over = {}) => {
      const division = ground()
      const { stayed } = paintedAgain(division, anAlignment(over), changes)
      return { stayed, owners: [middle, other].map((cell) => division.painting.ownerOf(cell)) }
    }
    const { changes } = kept([middle, other], owner, 2)
    expect(again(changes)).toEqual({ stayed: 0, owners: [2, 2] })
    expect(again(changes, { lockedCells: [middle] })).toEqual({ stayed: 1, owners: [owner, 2] })
    const asTheyAre = [owner, ground().painting.ownerOf(other)]
    expect(again(changes, { territories: [aTerritory()] })).toEqual({ stayed: 2, owners: asTheyAre })
    const locked = [aTerritory(), aTerritory({ id: 2, locked: true })]
    expect(again(changes, { territories: locked })).toEqual({ stayed: 2, owners: asTheyAre })
  })

  it('that is kept twice is all kept, in order', () => {
    const both = sumOfConflicts(kept([middle], 1, 2), { ...kept([other, middle], 1, 0), by: 'Grace' })
    expect(both).toMatchObject({ by: 'Grace', changes: [{ cells: [middle] }, { cells: [other, middle] }] })
    expect(both && cellsOf(both)).toBe(2)
  })

  it('gives way to what is painted on the same cells since', () => {
    const { changes } = kept([middle, other], 1, 2)
    const beside = keptBeside(kept([middle, other], 1, 2), { cells: [middle], from: [1], to: [0] })
    expect(beside?.changes).toEqual([{ cells: [other], from: [1], to: [2] }])
    expect(keptBeside({ changes, act: null, by: '' }, changes[0] as never)).toBeNull()
  })

  it('counts the cells that went elsewhere: not those as they were, nor those as they were painted', () => {
    const division = ground()
    const owner = division.painting.ownerOf(middle)
    division.apply({ cells: [other, third], from: [owner, owner], to: [0, 2] })
    expect(takenMeanwhile(division, kept([middle, other, third], owner, 2))).toBe(1)
  })
})
