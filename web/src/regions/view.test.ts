import { cellToLatLng, gridDistance, latLngToCell } from 'h3-js'
import { describe, expect, it } from 'vitest'
import { type Bounds, neighbour, snapped } from './view'

describe('the box that is asked for', () => {
  const view: Bounds = [-75.81, 38.92, -75.02, 39.71]
  it('holds the view, and stays the same for a small pan', () => {
    const [west, south, east, north] = snapped(view, 9)
    expect(west <= view[0] && south <= view[1] && east >= view[2] && north >= view[3]).toBe(true)
    // A pixel at zoom 9 is 360 / (512 · 2⁹) degrees.
    const pixel = 360 / (512 * 2 ** 9)
    expect(snapped([view[0] + 5 * pixel, view[1], view[2] + 5 * pixel, view[3]], 9)).toEqual([
      west,
      south,
      east,
      north,
    ])
    expect(east - west).toBeLessThan(view[2] - view[0] + 2 * 256 * pixel)
  })
  it('stays on the world', () => {
    expect(snapped([-180, -85, 180, 85], 1)).toEqual([-180, -90, 180, 90])
  })
})

describe('a neighbour', () => {
  const cell = latLngToCell(39.16, -75.52, 7)
  it('lies in the direction of the arrow', () => {
    const [lat, lon] = cellToLatLng(cell)
    for (const [direction, towards] of [
      [0, (a: number, b: number) => a > lat && b !== lon],
      [180, (a: number) => a < lat],
      [90, (_: number, b: number) => b > lon],
      [270, (_: number, b: number) => b < lon],
    ] as const) {
      const next = neighbour(cell, direction) as string
      expect(gridDistance(cell, next)).toBe(1)
      expect(towards(...(cellToLatLng(next) as [number, number]))).toBe(true)
    }
  })
  it('exists beyond the antimeridian', () => {
    const edge = latLngToCell(-16.5, 179.999, 6)
    const [, lon] = cellToLatLng(neighbour(edge, 90) as string)
    expect(lon).toBeLessThan(0)
  })
})
