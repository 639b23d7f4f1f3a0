import { describe, expect, it } from 'vitest'
import { aBoard, at, laneOf } from './fixtures'
import { isElsewhere, stillPossible, timed, touched, whereabouts, withMoves } from './moves'
import type { Effect } from './types'

const [monday, tuesday] = ['2026-11-23', '2026-11-24']
const order = (board: ReturnType<typeof aBoard>, repId: number, day: string) =>
  laneOf(board, repId, day).stops.map((stop) => `${stop.position}:${stop.visitId}`)

describe('a move on the board', () => {
  it('to another rep takes the visit out of one lane and into the other', () => {
    const after = withMoves(aBoard(), [{ visitId: 12, to: { repId: 2, day: monday, position: 1 } }])
    expect(order(after, 1, monday)).toEqual(['1:11', '2:13'])
    expect(order(after, 2, monday)).toEqual(['1:12', '2:21'])
  })
  it('within a lane counts the position without the visit itself', () => {
    const after = withMoves(aBoard(), [{ visitId: 11, to: { repId: 1, day: monday, position: 3 } }])
    expect(order(after, 1, monday)).toEqual(['1:12', '2:13', '3:11'])
  })
  it('leaves lanes that it does not touch as they were', () => {
    const before = aBoard()
    const after = withMoves(before, [{ visitId: 12, to: { repId: 2, day: monday, position: 1 } }])
    expect(laneOf(after, 1, tuesday)).toBe(laneOf(before, 1, tuesday))
    expect(order(before, 1, monday)).toEqual(['1:11', '2:12', '3:13'])
  })
  it('of an unplanned visit takes it out of the tray', () => {
    const after = withMoves(aBoard(), [{ visitId: 31, to: { repId: 2, day: tuesday, position: 1 } }])
    expect(after.unplanned).toEqual([])
    expect(order(after, 2, tuesday)).toEqual(['1:31'])
  })
  it('to nowhere makes a visit unplanned, by hand', () => {
    const after = withMoves(aBoard(), [{ visitId: 12, unplan: true }])
    expect(order(after, 1, monday)).toEqual(['1:11', '2:13'])
    expect(after.unplanned.map(({ visitId, why }) => [visitId, why])).toEqual([
      [31, 'day_full'],
      [12, 'removed_by_hand'],
    ])
  })
  it('excludes a visit and takes it back among the unplanned', () => {
    const out = withMoves(aBoard(), [{ visitId: 12, excluded: true }])
    expect(whereabouts(out, 12)?.kind).toBe('excluded')
    const back = withMoves(out, [{ visitId: 12, excluded: false }])
    expect(whereabouts(back, 12)?.kind).toBe('unplanned')
    expect(back.excluded).toEqual([])
  })
  it('locks and pins without moving anything', () => {
    const after = withMoves(aBoard(), [
      { visitId: 12, locked: true },
      { visitId: 13, pinned: true },
    ])
    expect(order(after, 1, monday)).toEqual(['1:11', '2:12', '3:13'])
    expect(laneOf(after, 1, monday).stops.map((stop) => [stop.locked, stop.pinned])).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ])
  })
  it('of a visit that is not there changes nothing', () => {
    const before = aBoard()
    expect(withMoves(before, [{ visitId: 99, unplan: true }])).toBe(before)
  })
})

describe('a move that changes nothing', () => {
  it('is known', () => {
    const board = aBoard()
    expect(isElsewhere(board, 12, { repId: 1, day: monday, position: 2 })).toBe(false)
    expect(isElsewhere(board, 12, { repId: 1, day: monday, position: 3 })).toBe(true)
    expect(isElsewhere(board, 12, { repId: 2, day: monday, position: 2 })).toBe(true)
    expect(isElsewhere(board, 12, null)).toBe(true)
    expect(isElsewhere(board, 31, null)).toBe(false)
    expect(isElsewhere(board, 99, null)).toBe(false)
  })
})

describe('times of a preview', () => {
  const figures = {
    visits: 1,
    driveSeconds: 1200,
    driveMetres: 9000,
    visitSeconds: 1800,
    waitingSeconds: 0,
    overtimeSeconds: 0,
    violations: 0,
  }
  const effect: Effect = {
    version: 3,
    visitSeconds: 0,
    driveSeconds: 600,
    driveMetres: 1000,
    waitingSeconds: 0,
    overtimeSeconds: 0,
    violations: 1,
    lanes: [
      {
        repId: 1,
        day: monday,
        before: figures,
        after: figures,
        startsAt: at(monday, '08:00'),
        endsAt: at(monday, '16:20'),
        lunchAt: null,
        violations: ['no_lunch'],
        stops: [
          {
            visitId: 12,
            arrivesAt: at(monday, '10:20'),
            beginsAt: at(monday, '10:25'),
            leavesAt: at(monday, '10:55'),
            driveSeconds: 700,
            waitingSeconds: 300,
            violation: 'closed_at_arrival',
          },
        ],
      },
    ],
  }
  it('are taken over, the rest of the stop with them', () => {
    const board = timed(aBoard(), effect)
    const stop = laneOf(board, 1, monday).stops[1]
    expect(stop).toMatchObject({
      arrivesAt: at(monday, '10:20'),
      leavesAt: at(monday, '10:55'),
      violation: 'closed_at_arrival',
    })
    expect(laneOf(board, 1, monday)).toMatchObject({ driveSeconds: 1200, violations: ['no_lunch'] })
    expect(laneOf(board, 1, monday).stops[0]?.arrivesAt).toBe(at(monday, '08:30'))
  })
})

describe('lanes in wait of their times', () => {
  it('are those that the visit leaves and enters', () => {
    expect(touched(aBoard(), [{ visitId: 12, to: { repId: 2, day: tuesday, position: 1 } }])).toEqual([
      `1/${monday}`,
      `2/${tuesday}`,
    ])
    expect(touched(aBoard(), [{ visitId: 12, locked: true }])).toEqual([])
  })
})

describe('an intent on another state of the plan', () => {
  it('is kept while its visit and lane are there, its position within the lane', () => {
    const theirs = withMoves(aBoard(), [{ visitId: 13, unplan: true }])
    expect(stillPossible(theirs, [{ visitId: 31, to: { repId: 1, day: monday, position: 4 } }])).toEqual([
      { visitId: 31, to: { repId: 1, day: monday, position: 3 } },
    ])
  })
  it('is dropped when the visit or the lane is gone', () => {
    const theirs = aBoard({ unplanned: [] })
    expect(stillPossible(theirs, [{ visitId: 31, unplan: true }])).toEqual([])
    expect(stillPossible(theirs, [{ visitId: 11, to: { repId: 9, day: monday, position: 1 } }])).toEqual([])
  })
})
