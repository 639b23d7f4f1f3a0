import { cellToLatLng, getHexagonEdgeLengthAvg, gridDistance, latLngToCell } from 'h3-js'
import { describe, expect, it } from 'vitest'
import { cursorAt, type Direction, step } from './cursor'

const places: [number, number][] = [
  [39.158, -75.524],
  [52.52, 13.4],
  [-33.86, 151.2],
]
const walk = (from: string, direction: Direction, steps: number) => {
  let cursor = cursorAt(from)
  for (let i = 0; i < steps; i++) cursor = step(cursor, direction)
  return cursor
}

describe.each(places)('the cursor at %f, %f', (lat, lon) => {
  describe.each([6, 7, 8])('on resolution %i', (resolution) => {
    const home = latLngToCell(lat, lon, resolution)
    const [y0, x0] = cellToLatLng(home)
    // Degrees of a cell's width.
    const width = (2 * getHexagonEdgeLengthAvg(resolution, 'km')) / 111

    it.each(['up', 'down', 'left', 'right'] as const)('goes straight %s', (direction) => {
      const [y, x] = cellToLatLng(walk(home, direction, 10).cell)
      const east = (x - x0) * Math.cos((lat * Math.PI) / 180)
      const north = y - y0
      const sign = direction === 'up' || direction === 'right' ? 1 : -1
      const [ahead, aside] = direction === 'up' || direction === 'down' ? [north, east] : [east, north]
      expect(sign * ahead).toBeGreaterThan(5 * width)
      expect(Math.abs(aside)).toBeLessThan(width)
    })

    it('comes back', () => {
      let cursor = walk(home, 'up', 8)
      for (let i = 0; i < 8; i++) cursor = step(cursor, 'down')
      expect(gridDistance(home, cursor.cell)).toBeLessThanOrEqual(1)
    })
  })
})
