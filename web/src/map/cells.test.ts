import { cellToParent, gridDisk, latLngToCell } from 'h3-js'
import { describe, expect, it } from 'vitest'
import { cellsOf, cellsShape, withCell } from './cells'

const cell = latLngToCell(39.16, -75.52, 7)
const [, beside] = gridDisk(cell, 1) as [string, string]

describe('picking hexagons', () => {
  it('adds and takes away', () => {
    expect(withCell(undefined, cell)).toBe(cell)
    expect(withCell(cell, beside)).toBe(`${cell},${beside}`)
    expect(withCell(`${cell},${beside}`, cell)).toBe(beside)
    expect(withCell(cell, cell)).toBeUndefined()
  })
  it('begins anew with another size', () => {
    const large = cellToParent(cell, 6)
    expect(withCell(`${cell},${beside}`, large)).toBe(large)
  })
  it('leaves out what is no hexagon', () => {
    expect(cellsOf(`${cell},8ffffffffffffff`)).toEqual([cell])
  })
})

describe('the area of hexagons', () => {
  it('is one outline around neighbours', () => {
    expect(cellsShape(undefined)).toBeNull()
    const shape = cellsShape(`${cell},${beside}`)
    expect(shape?.coordinates.length).toBe(1)
    // Two hexagons share an edge: ten corners, and the first one again.
    expect(shape?.coordinates[0]?.[0]?.length).toBe(11)
  })
})
