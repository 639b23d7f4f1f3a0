import { gridDisk, gridRing, latLngToCell } from 'h3-js'
import { describe, expect, it } from 'vitest'
import { deepest, Outlines, outlineOf } from './outlines'
import { Painting } from './painting'

const dover = latLngToCell(39.158, -75.524, 7)
const ground = (cells: string[], territory: number) =>
  cells.map((cell) => ({
    cell,
    territory,
    accounts: 1,
    customers: 0,
    prospects: 0,
    openProspects: 0,
    driveHours: 0,
    revenue: 0,
    potential: 0,
    visitHours: 0,
  }))

describe('outline', () => {
  it('of one cell is a closed ring of six corners, longitude first', () => {
    const { coordinates } = outlineOf(4, [dover]).geometry
    expect(coordinates).toHaveLength(1)
    const ring = coordinates[0]?.[0] ?? []
    expect(ring).toHaveLength(7)
    expect(ring[0]).toEqual(ring.at(-1))
    expect(ring[0]?.[0]).toBeCloseTo(-75.5, 0)
  })
  it('of a ring has its hole', () => {
    expect(outlineOf(1, gridRing(dover, 1)).geometry.coordinates[0]).toHaveLength(2)
  })
  it('of two places far apart has two parts', () => {
    expect(outlineOf(1, [dover, latLngToCell(39.74, -75.55, 7)]).geometry.coordinates).toHaveLength(2)
  })
  it('is made anew only for territories that changed', () => {
    const painting = new Painting([...ground(gridDisk(dover, 1), 1), ...ground(gridRing(dover, 2), 2)])
    const outlines = new Outlines(painting)
    const [one, two] = [outlines.of(1), outlines.of(2)]
    painting.give(dover, 3)
    outlines.touch([1, 3])
    expect(outlines.of(2)).toBe(two)
    expect(outlines.of(1)).not.toBe(one)
    expect(outlines.of(1).geometry.coordinates[0]).toHaveLength(2)
    expect(outlines.collection([1, 2, 3, 9]).features.map((f) => f.id)).toEqual([1, 2, 3])
  })
})

describe('the place of a name', () => {
  it('of a disk is its middle', () => {
    expect(deepest(gridDisk(dover, 3))).toBe(dover)
  })
  it('lies within, even if the middle does not', () => {
    const ring = gridRing(dover, 4)
    expect(ring).toContain(deepest(ring))
  })
  it('of nothing is nowhere', () => {
    expect(deepest([])).toBeNull()
  })
})
