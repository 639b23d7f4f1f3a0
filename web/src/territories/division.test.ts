import { cellToLatLng, gridDisk, latLngToCell } from 'h3-js'
import { describe, expect, it } from 'vitest'
import { Division, inside } from './division'

const dover = latLngToCell(39.158, -75.524, 7)
const division = () =>
  new Division(
    gridDisk(dover, 2).map((cell, i) => ({
      cell,
      territory: i < 7 ? 1 : 2,
      accounts: 1,
      customers: 1,
      prospects: 0,
      openProspects: 0,
      driveHours: 0,
      revenue: 10,
      potential: 20,
      visitHours: 1,
    })),
    7,
  )

describe('a division', () => {
  it('tells which cells changed, and that something did', () => {
    const d = division()
    const cells: string[][] = []
    let revisions = 0
    d.watchCells((changed) => cells.push([...changed]))
    d.watch(() => {
      revisions++
    })
    const stroke = d.painting.stroke()
    d.paint(stroke, [dover], 2)
    d.paint(stroke, [dover], 2)
    expect(cells).toEqual([[dover]])
    expect([revisions, d.revision]).toEqual([1, 1])
    const change = stroke.end()
    if (!change) throw new Error('nothing changed')
    d.revert(change)
    expect(cells).toHaveLength(2)
    expect(d.painting.ownerOf(dover)).toBe(1)
  })
  it('draws the outlines of both sides anew', () => {
    const d = division()
    const [one, two] = [d.outlines.of(1), d.outlines.of(2)]
    d.paint(d.painting.stroke(), [dover], 2)
    expect(d.outlines.of(1)).not.toBe(one)
    expect(d.outlines.of(2)).not.toBe(two)
  })
  it('finds the cells of a ring by their middle', () => {
    const d = division()
    const [lat, lon] = cellToLatLng(dover)
    const by = 0.004
    expect(
      d.within([
        [lon - by, lat - by],
        [lon + by, lat - by],
        [lon + by, lat + by],
        [lon - by, lat + by],
      ]),
    ).toEqual([dover])
  })
  it('knows its box', () => {
    const d = division()
    const [w, s, e, n] = d.box() ?? []
    const [lat, lon] = cellToLatLng(dover)
    expect(w).toBeLessThan(lon)
    expect(e).toBeGreaterThan(lon)
    expect(s).toBeLessThan(lat)
    expect(n).toBeGreaterThan(lat)
    expect(d.box([])).toBeNull()
  })
})

describe('inside', () => {
  const u: [number, number][] = [
    [0, 0],
    [3, 0],
    [3, 3],
    [2, 3],
    [2, 1],
    [1, 1],
    [1, 3],
    [0, 3],
  ]
  it('holds for rings that are bent', () => {
    expect(inside(u, 0.5, 2)).toBe(true)
    expect(inside(u, 1.5, 2)).toBe(false)
    expect(inside(u, 1.5, 0.5)).toBe(true)
    expect(inside(u, 5, 5)).toBe(false)
  })
})
