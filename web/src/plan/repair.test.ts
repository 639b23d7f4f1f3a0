import { expect, test } from 'vitest'
import type { Plan, Stop, Unplanned } from '../api/types'
import { begin, changes } from './repair'

const stop = (siteId: number, at: string, done = false) =>
  ({ siteId, arrivesAt: `2026-11-23T${at}:00Z`, leavesAt: `2026-11-23T${at}:30Z`, done }) as Stop
const plan = (stops: Stop[], unplanned: { siteId: number; reason: string }[] = []) =>
  ({
    day: '2026-11-23',
    timeZone: 'UTC',
    request: { workStart: '08:00', workEnd: '17:00' },
    route: { stops },
    unplanned: unplanned as Unplanned[],
  }) as Plan

test('one begins now, and what should be over is taken for made', () => {
  const day = plan([stop(1, '09:00'), stop(2, '10:00'), stop(3, '11:00')])
  expect(begin(day, '2026-11-23', new Date('2026-11-23T10:20:00Z'))).toEqual({ at: '10:20', done: [1, 2] })
  expect(begin(day, '2026-11-23', new Date('2026-11-23T06:00:00Z'))).toEqual({ at: '08:00', done: [] })
  expect(begin(day, '2026-11-22', new Date('2026-11-22T10:20:00Z'))).toEqual({ at: '08:00', done: [] })
  expect(begin(plan([stop(1, '09:00', true)]), '2026-11-22', new Date('2026-11-22T10:20:00Z')).done).toEqual([
    1,
  ])
})

test('what comes later, is new or falls out is told, what was made or known is not', () => {
  const before = plan(
    [stop(1, '09:00'), stop(2, '10:00'), stop(3, '11:00')],
    [{ siteId: 9, reason: 'day_full' }],
  )
  const after = plan(
    [stop(1, '09:00', true), stop(3, '10:40'), stop(4, '12:00')],
    [
      { siteId: 2, reason: 'cancelled' },
      { siteId: 9, reason: 'day_full' },
    ],
  )
  expect(
    changes(before, after).map((change) =>
      change.kind === 'stop'
        ? [change.stop.siteId, change.before ? change.later : 'new']
        : [change.visit.siteId, 'out'],
    ),
  ).toEqual([
    [3, -20],
    [4, 'new'],
    [2, 'out'],
  ])
})
