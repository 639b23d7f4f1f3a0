import { describe, expect, it } from 'vitest'
import {
  finishedCircle,
  finishedPath,
  lassoReducer,
  maxVertices,
  noLasso,
  type Pixel,
  polygonOf,
  simplify,
  withinOf,
} from './lasso'

const draw = (path: Pixel[], tool: 'lasso' | 'rectangle' | 'radius' = 'lasso') => {
  let state = lassoReducer(noLasso, { type: 'choose', tool })
  const [first, ...others] = path
  state = lassoReducer(state, { type: 'down', pointer: 1, at: first as Pixel })
  for (const at of others) state = lassoReducer(state, { type: 'move', pointer: 1, at })
  return state
}

describe('a shape drawn by hand', () => {
  it('follows the pointer that began it', () => {
    expect(
      draw([
        [0, 0],
        [10, 0],
        [10, 10],
      ]).path,
    ).toEqual([
      [0, 0],
      [10, 0],
      [10, 10],
    ])
  })
  it('leaves points out that say nothing new', () => {
    expect(
      draw([
        [0, 0],
        [1, 1],
        [2, 0],
        [10, 0],
      ]).path,
    ).toEqual([
      [0, 0],
      [10, 0],
    ])
  })
  it('is taken back by a second finger, since that is a pinch', () => {
    const state = lassoReducer(
      draw([
        [0, 0],
        [10, 0],
      ]),
      { type: 'down', pointer: 2, at: [50, 50] },
    )
    expect(state).toMatchObject({ tool: 'lasso', pointer: null, path: [] })
  })
  it('is no shape without a tool', () => {
    expect(lassoReducer(noLasso, { type: 'down', pointer: 1, at: [0, 0] })).toEqual(noLasso)
  })
  it('of a rectangle has the corners between its first and its last point', () => {
    expect(
      draw(
        [
          [0, 0],
          [4, 4],
          [20, 10],
        ],
        'rectangle',
      ).path,
    ).toEqual([
      [0, 0],
      [20, 0],
      [20, 10],
      [0, 10],
    ])
  })
  it('of a circle has its middle and the place it goes through', () => {
    const { path } = draw(
      [
        [10, 10],
        [11, 10],
        [40, 50],
      ],
      'radius',
    )
    expect(finishedCircle(path)).toEqual([
      [10, 10],
      [40, 50],
    ])
    expect(
      finishedCircle([
        [10, 10],
        [12, 12],
      ]),
    ).toBeNull()
    expect(finishedCircle([[10, 10]])).toBeNull()
  })
  it('ends when the same tool is chosen again', () => {
    expect(lassoReducer(draw([[0, 0]]), { type: 'choose', tool: 'lasso' })).toEqual(noLasso)
  })
})

describe('a finished path', () => {
  it('that is as small as a click is none', () => {
    expect(
      finishedPath([
        [0, 0],
        [5, 0],
        [5, 5],
        [0, 5],
      ]),
    ).toBeNull()
  })
  it('keeps the corners of a square drawn with many points', () => {
    const side = (f: (t: number) => Pixel) => Array.from({ length: 50 }, (_, i) => f(i * 2))
    const square = [
      ...side((t) => [t, 0]),
      ...side((t) => [100, t]),
      ...side((t) => [100 - t, 100]),
      ...side((t) => [0, 100 - t]),
    ]
    const ring = finishedPath(square) ?? []
    expect(ring.length).toBeLessThanOrEqual(6)
    for (const corner of [
      [0, 0],
      [100, 0],
      [100, 100],
      [0, 100],
    ])
      expect(ring).toContainEqual(corner)
  })
  it('never has more vertices than the server takes', () => {
    const wild = Array.from({ length: 6000 }, (_, i): Pixel => [i % 2 ? i : i + 90, (i * 7919) % 500])
    const ring = finishedPath(wild) ?? []
    expect(ring.length).toBeGreaterThan(2)
    expect(ring.length).toBeLessThanOrEqual(maxVertices)
  })
})

it('simplifying keeps every point farther away than the tolerance', () => {
  const path: Pixel[] = [
    [0, 0],
    [5, 0.5],
    [10, 0],
    [15, 3],
    [20, 0],
  ]
  expect(simplify(path, 1)).toEqual([
    [0, 0],
    [10, 0],
    [15, 3],
    [20, 0],
  ])
})

it('a ring reads back as the polygon that it was', () => {
  const within = withinOf([
    [-75.123456, 39.1],
    [-75, 39.1],
    [-75, 39.2],
  ])
  expect(within).toBe('-75.12346,39.1 -75,39.1 -75,39.2')
  expect(polygonOf(within)?.coordinates).toEqual([
    [
      [-75.12346, 39.1],
      [-75, 39.1],
      [-75, 39.2],
      [-75.12346, 39.1],
    ],
  ])
  expect(polygonOf('nonsense')).toBeNull()
})
