import { describe, expect, it } from 'vitest'
import { metresBetween } from '../map/circle'
import { shapesOf } from './shapes'

describe('the places of a filter on the map', () => {
  it('are none without a condition on a place', () => {
    expect(shapesOf(null)).toBeNull()
    expect(shapesOf({ field: 'status', op: 'in', value: ['customer'] })).toBeNull()
    expect(shapesOf({ field: 'place', op: 'radius', value: null })).toBeNull()
  })
  it('are closed rings: shapes, circles as wide as they say, boxes', () => {
    const shapes = shapesOf({
      any: [
        {
          field: 'place',
          op: 'within',
          value: {
            polygon: [
              [0, 0],
              [1, 0],
              [1, 1],
            ],
          },
        },
        { not: { field: 'place', op: 'radius', value: { center: [9, 50], metres: 5000 } } },
        { field: 'place', op: 'box', value: { box: [1, 2, 3, 4] } },
      ],
    })
    const rings = shapes?.coordinates.map(([ring]) => ring ?? []) ?? []
    expect(rings).toHaveLength(3)
    for (const ring of rings) expect(ring.at(-1)).toEqual(ring[0])
    for (const corner of rings[1] ?? [])
      expect(metresBetween([9, 50], corner as [number, number])).toBeCloseTo(5000, 3)
    expect(rings[2]).toEqual([
      [1, 2],
      [3, 2],
      [3, 4],
      [1, 4],
      [1, 2],
    ])
  })
})
