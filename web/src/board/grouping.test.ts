import { describe, expect, it } from 'vitest'
import { aBoard, aLane, aMonth, aStop, boardOf } from './fixtures'
import { groupTotals, rowsOf } from './grouping'

const none = new Set<string>()
const told = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => row.key)

describe('the rows of a board', () => {
  it('by rep: each rep, then the days in order', () => {
    expect(told(rowsOf(aBoard(), 'rep', none))).toEqual([
      'group/1',
      '1/2026-11-23',
      '1/2026-11-24',
      'group/2',
      '2/2026-11-23',
      '2/2026-11-24',
    ])
  })
  it('by day: each day, then the reps in order', () => {
    expect(told(rowsOf(aBoard(), 'day', none))).toEqual([
      'group/2026-11-23',
      '1/2026-11-23',
      '2/2026-11-23',
      'group/2026-11-24',
      '1/2026-11-24',
      '2/2026-11-24',
    ])
  })
  it('leave out the lanes of a closed group but keep its heading', () => {
    expect(told(rowsOf(aBoard(), 'rep', new Set(['group/1'])))).toEqual([
      'group/1',
      'group/2',
      '2/2026-11-23',
      '2/2026-11-24',
    ])
  })
  it('leave out days off without stops, unless all are asked for', () => {
    const [monday, sunday] = ['2026-11-23', '2026-11-29']
    const board = boardOf([
      aLane(1, monday),
      aLane(1, sunday, [], { works: false }),
      aLane(2, monday),
      aLane(2, sunday, [aStop(1, sunday, '09:00')], { works: false }),
    ])
    expect(told(rowsOf(board, 'rep', none))).not.toContain('1/2026-11-29')
    expect(told(rowsOf(board, 'rep', none))).toContain('2/2026-11-29')
    expect(told(rowsOf(board, 'rep', none, true))).toContain('1/2026-11-29')
  })
  it('hold every lane of a month once', () => {
    const rows = rowsOf(aMonth(8, 22), 'day', none)
    expect(rows).toHaveLength(8 * 22 + 22)
    expect(new Set(told(rows)).size).toBe(rows.length)
  })
})

describe('the sums of a group', () => {
  it('add up its lanes', () => {
    const board = aBoard()
    expect(groupTotals(board.lanes)).toEqual({
      visits: 5,
      driveSeconds: 5 * 600,
      driveMetres: 5 * 8000,
      overtimeSeconds: 0,
      violations: 0,
    })
  })
  it('count the hours after work, and a day that ends late once', () => {
    const day = '2026-11-23'
    const stops = [
      aStop(1, day, '15:00', { violation: 'closed_at_arrival' }),
      aStop(2, day, '17:10', { violation: 'after_working_hours' }),
    ]
    const late = aLane(1, day, stops, { overtimeSeconds: 2700, violations: ['after_working_hours'] })
    expect(groupTotals([late, aLane(1, day)])).toMatchObject({ overtimeSeconds: 2700, violations: 2 })
  })
})
