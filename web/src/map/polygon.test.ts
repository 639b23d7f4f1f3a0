import { describe, expect, it } from 'vitest'
import type { Pixel } from './lasso'
import { closes, finishedPolygon, noPolygon, type PolygonState, polygonReducer } from './polygon'

const through = (...corners: Pixel[]): PolygonState =>
  corners.reduce<PolygonState>((state, at) => polygonReducer(state, { type: 'corner', at }), noPolygon)

describe('a polygon by its corners', () => {
  it('is the ring of its corners', () => {
    expect(finishedPolygon(through([0, 0], [100, 0], [100, 80]))).toEqual([
      [0, 0],
      [100, 0],
      [100, 80],
    ])
  })
  it('is none with two corners, or with all in one line', () => {
    expect(finishedPolygon(through([0, 0], [100, 0]))).toBeNull()
    expect(finishedPolygon(through([0, 0], [50, 0], [100, 0]))).toBeNull()
  })
  it('takes a double click for one corner', () => {
    expect(through([0, 0], [100, 0], [100, 80], [101, 80]).corners).toHaveLength(3)
  })
  it('gives the last corner back', () => {
    const state = polygonReducer(through([0, 0], [100, 0], [100, 80]), { type: 'back' })
    expect(state.corners).toEqual([
      [0, 0],
      [100, 0],
    ])
  })
  it('closes on its first corner, not before there are three', () => {
    expect(closes(through([0, 0], [100, 0]), [1, 1])).toBe(false)
    expect(closes(through([0, 0], [100, 0], [100, 80]), [1, 1])).toBe(true)
    expect(closes(through([0, 0], [100, 0], [100, 80]), [99, 79])).toBe(false)
  })
})
