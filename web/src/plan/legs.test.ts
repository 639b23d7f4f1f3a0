import { describe, expect, it } from 'vitest'
import type { Route } from '../api/types'
import { endsOfLeg, legKey, legOf } from './legs'

const stop = (siteId: number, point: [number, number], driveMetres = 1000) => ({
  siteId,
  point,
  driveMetres,
  estimated: false,
})
const route = {
  startPoint: [0, 0],
  endPoint: [9, 9],
  lastLegMetres: 500,
  lastLegEstimated: false,
  stops: [stop(11, [1, 1]), stop(22, [2, 2]), stop(33, [2, 2], 0)],
} as unknown as Route

describe('the legs of a route', () => {
  it('lead from the start over the stops to the end', () => {
    expect(endsOfLeg(route, 0)).toEqual({ from: [0, 0], to: [1, 1] })
    expect(endsOfLeg(route, 1)).toEqual({ from: [1, 1], to: [2, 2] })
    expect(endsOfLeg(route, 3)).toEqual({ from: [2, 2], to: [9, 9] })
  })
  it('have no directions where nothing is driven', () => {
    expect(endsOfLeg(route, 2)).toBeNull()
    expect(endsOfLeg({ ...route, startPoint: null }, 0)).toBeNull()
    expect(endsOfLeg({ ...route, endPoint: null }, 3)).toBeNull()
    expect(endsOfLeg(route, 4)).toBeNull()
  })
  it('are known by the places that they join, whatever their number', () => {
    expect(legKey(route, 0)).toBe('start-11')
    expect(legKey(route, 3)).toBe('33-end')
    expect(legOf(route, '22-33')).toBe(2)
    expect(legOf({ ...route, stops: route.stops.slice(1) }, '22-33')).toBe(1)
    expect(legOf({ ...route, stops: route.stops.toReversed() }, '22-33')).toBe(-1)
    expect(legOf(route, null)).toBe(-1)
    expect(legOf(null, 'start-11')).toBe(-1)
  })
})
