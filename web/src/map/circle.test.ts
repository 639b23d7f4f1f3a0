import { describe, expect, it } from 'vitest'
import type { Point } from '../api/types'
import { circleAround, metresBetween } from './circle'

describe('a circle on the globe', () => {
  it('measures a degree along a meridian as 111.2 km', () => {
    expect(metresBetween([-75, 39], [-75, 40])).toBeCloseTo(111195, 0)
  })
  it('has every corner as far from its middle as asked', () => {
    for (const middle of [[-75.5, 39.1] as Point, [10, 60] as Point, [0, 0] as Point])
      for (const corner of circleAround(middle, 25_000))
        expect(metresBetween(middle, corner)).toBeCloseTo(25_000, 3)
  })
  it('has no side that lies more than a thousandth inside', () => {
    const ring = circleAround([-75.5, 39.1], 10_000)
    const [a, b] = [ring[0] as Point, ring[1] as Point]
    const side: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    expect(metresBetween([-75.5, 39.1], side)).toBeGreaterThan(9_990)
  })
})
