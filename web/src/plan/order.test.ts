import { describe, expect, it } from 'vitest'
import type { Plan } from '../api/types'
import { addDays, nextWorkday } from './day'
import { navigationLinks } from './navigation'
import { canRedo, canUndo, inserted, moved, noHistory, orderOf, recorded, reordered, stepped } from './order'
import { lunchPlace } from './StopList'

const stop = (siteId: number, point: [number, number]) => ({
  siteId,
  point,
  name: `Site ${siteId}`,
  violation: 'closed_at_arrival',
})
/** Start and end at the origin; stops at 10, 20 and 30 to the east; one left out at 21. */
const plan = {
  route: {
    startPoint: [0, 0],
    endPoint: [0, 0],
    stops: [stop(1, [10, 0]), stop(2, [20, 0]), stop(3, [30, 0])],
  },
  unplanned: [{ siteId: 9, point: [21, 0], name: 'Left out' }],
} as unknown as Plan

describe('the order of a route', () => {
  it('moves one stop and keeps the others in line', () => {
    expect(moved([1, 2, 3, 4], 1, 2)).toEqual([2, 3, 1, 4])
    expect(moved([1, 2, 3, 4], 4, 0)).toEqual([4, 1, 2, 3])
    expect(moved([1, 2], 9, 0)).toEqual([1, 2])
  })
  it('takes a new visit where it lengthens the tour least', () => {
    const order = inserted(plan, 9)
    expect([
      [1, 2, 9, 3],
      [1, 2, 3, 9],
    ]).toContainEqual(order)
    expect(inserted(plan, 77)).toEqual([1, 2, 3])
  })
  it('shows at once without old warnings, and what is left out as unplanned', () => {
    const next = reordered(plan, [3, 1])
    expect(orderOf(next)).toEqual([3, 1])
    expect(next.route?.stops.map((s) => s.violation)).toEqual(['', ''])
    expect(next.unplanned.map((u) => [u.siteId, u.reason])).toContainEqual([2, 'removed_by_hand'])
  })
})

describe('undo', () => {
  it('goes back and forth through the orders', () => {
    let history = recorded(noHistory, [1, 2, 3], [2, 1, 3])
    history = recorded(history, [2, 1, 3], [2, 3, 1])
    const back = stepped(history, -1)
    expect(back.order).toEqual([2, 1, 3])
    expect(stepped(back.history, -1).order).toEqual([1, 2, 3])
    expect(stepped(back.history, 1).order).toEqual([2, 3, 1])
  })
  it('forgets what could be redone when the order changes anew', () => {
    const back = stepped(recorded(noHistory, [1, 2], [2, 1]), -1)
    expect(canRedo(back.history)).toBe(true)
    const anew = recorded(back.history, [1, 2], [1])
    expect(canRedo(anew)).toBe(false)
    expect(canUndo(anew)).toBe(true)
  })
  it('has nothing before the first order', () => {
    expect(canUndo(noHistory)).toBe(false)
    expect(stepped(noHistory, -1).order).toBeNull()
  })
})

describe('lunch', () => {
  const at = (time: string) => `2026-11-23T${time}:00Z`
  const route = (lunchAt: string | null) => ({
    lunchAt,
    startsAt: at('08:00'),
    stops: [
      { arrivesAt: at('09:00'), leavesAt: at('10:00'), waitingSeconds: 0, driveSeconds: 3600 },
      { arrivesAt: at('13:00'), leavesAt: at('14:00'), waitingSeconds: 0, driveSeconds: 7200 },
    ],
  })
  it('stands where it is taken', () => {
    expect(lunchPlace(route(null))).toBeNull()
    expect(lunchPlace(route(at('10:00')))).toEqual({ stop: 1, afterDrive: false })
    expect(lunchPlace(route(at('12:00')))).toEqual({ stop: 1, afterDrive: true })
    expect(lunchPlace(route(at('14:00')))).toEqual({ stop: 2, afterDrive: false })
  })
})

it('links to navigation name latitude first', () => {
  const links = navigationLinks([-75.5, 39.7], 'A & B')
  expect(links.device).toBe('geo:39.700000,-75.500000?q=39.700000,-75.500000(A%20%26%20B)')
  expect(links.google).toContain('destination=39.700000%2C-75.500000')
  expect(links.waze).toContain('ll=39.700000%2C-75.500000')
})

it('the next working day after a Friday is Monday', () => {
  expect(nextWorkday('2026-11-20')).toBe('2026-11-23')
  expect(nextWorkday('2026-11-23')).toBe('2026-11-24')
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
})
