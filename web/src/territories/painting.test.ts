import { gridDisk, gridPathCells, latLngToCell } from 'h3-js'
import { describe, expect, it } from 'vitest'
import { balanceOf, cellFigures, editsOf, type GroundCell, Painting } from './painting'

const dover = latLngToCell(39.158, -75.524, 7)

/** Nineteen cells: the middle's ring of seven to territory 1, the ring around it to 2. */
function nineteen(): GroundCell[] {
  const inner = new Set(gridDisk(dover, 1))
  return gridDisk(dover, 2).map((cell, i) => ({
    cell,
    territory: inner.has(cell) ? 1 : 2,
    accounts: i + 1,
    customers: i % 3,
    prospects: i % 2,
    openProspects: 3,
    revenue: 100 * i,
    potential: 200 * i,
    visitHours: i / 2,
    driveHours: i / 3,
  }))
}

/** What is kept of a territory, and the same made from nothing by a new painting. */
function keptAndAnew(painting: Painting, territory: number) {
  const anew = new Painting(
    painting.cells.map((cell) => ({
      cell,
      territory: painting.ownerOf(cell),
      ...(Object.fromEntries(cellFigures.map((f) => [f, painting.valueOf(cell, f)])) as Record<
        (typeof cellFigures)[number],
        number
      >),
    })),
  )
  const all = (p: Painting) =>
    [...Object.values(p.of(territory)), p.compactness(territory) ?? -1, p.parts(territory)].map((v) =>
      Number(v.toFixed(6)),
    )
  return [all(painting), all(anew)]
}

/** Numbers between 0 and 1, the same ones each time (Park and Miller, 1988). */
function random(seed: number) {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

describe('painting', () => {
  it('counts what each territory has', () => {
    const painting = new Painting(nineteen())
    expect(painting.of(1)).toMatchObject({ cells: 7, openProspects: 21 })
    expect(painting.of(2)).toMatchObject({ cells: 12, openProspects: 36 })
    expect(painting.of(1).accounts + painting.of(2).accounts).toBe(190)
    expect(painting.of(7)).toMatchObject({ cells: 0, accounts: 0 })
  })

  it('moves the figures with a cell, and back when it is undone', () => {
    const painting = new Painting(nineteen())
    const before = { ...painting.of(1) }
    const stroke = painting.stroke()
    expect(stroke.paint([dover], 2)).toEqual([dover])
    expect(stroke.paint([dover], 2)).toEqual([])
    const change = stroke.end()
    expect(change).toEqual({ cells: [dover], from: [1], to: [2] })
    expect(painting.of(1).accounts).toBe(before.accounts - painting.valueOf(dover, 'accounts'))
    expect(painting.parts(2)).toBe(2)
    if (change) painting.revert(change)
    expect(painting.of(1).accounts).toBe(before.accounts)
    expect(painting.parts(2)).toBe(1)
  })

  it('keeps sums equal to those made from nothing, whatever is painted', () => {
    const painting = new Painting(nineteen())
    const next = random(7)
    for (let i = 0; i < 300; i++) {
      const cell = painting.cells[Math.floor(next() * painting.cells.length)] as string
      const stroke = painting.stroke()
      stroke.paint(painting.disk(cell, Math.floor(next() * 3)), Math.floor(next() * 4))
      const change = stroke.end()
      if (change && next() < 0.3) painting.revert(change)
    }
    for (const territory of [0, 1, 2, 3]) {
      const [kept, anew] = keptAndAnew(painting, territory)
      expect(kept).toEqual(anew)
    }
  })

  it('says nothing of a cell that was painted and painted back', () => {
    const painting = new Painting(nineteen())
    const stroke = painting.stroke()
    stroke.paint([dover], 2)
    stroke.paint([dover], 1)
    expect(stroke.end()).toBeNull()
  })

  it('neither takes cells from locked territories nor gives them any', () => {
    const painting = new Painting(nineteen())
    const stroke = painting.stroke(new Set([2]))
    expect(stroke.paint(painting.cells, 3)).toHaveLength(7)
    expect(stroke.paint(painting.cells, 2)).toEqual([])
    expect(painting.of(2).cells).toBe(12)
  })

  it('counts once the cells that stayed since a lock held them, and none that had nothing to change', () => {
    const painting = new Painting(nineteen())
    const stroke = painting.stroke(new Set([2]), new Set([dover]))
    stroke.paint([dover, latLngToCell(0, 0, 7)], 1) // its own, and one off the ground
    expect(stroke.stayed.size).toBe(0)
    stroke.paint(painting.cells, 3)
    stroke.paint(painting.cells, 3)
    expect(stroke.stayed.size).toBe(13) // the twelve of territory 2, and the locked cell
    expect(stroke.end()?.cells).toHaveLength(6)
  })

  it('ignores what is off the ground', () => {
    const painting = new Painting(nineteen())
    const far = latLngToCell(0, 0, 7)
    expect(painting.stroke().paint([far], 2)).toEqual([])
    expect(painting.disk(dover, 4)).toHaveLength(19)
  })

  it('finds gaps: accounts that nobody has', () => {
    const painting = new Painting(nineteen())
    expect(painting.gaps()).toEqual({ cells: 0, accounts: 0 })
    painting.stroke().paint([dover], 0)
    expect(painting.gaps()).toEqual({ cells: 1, accounts: painting.valueOf(dover, 'accounts') })
  })

  it('knows which territories touch', () => {
    const painting = new Painting(nineteen())
    expect(painting.neighbours()).toEqual([[1, 2]])
    painting.stroke().paint([dover], 3)
    expect(painting.neighbours()).toEqual([
      [1, 2],
      [1, 3],
    ])
  })

  it('writes a change as the server takes it', () => {
    expect(editsOf({ cells: ['a', 'b', 'c'], from: [1, 1, 2], to: [2, 0, 2] })).toEqual([
      { cells: ['a', 'c'], territory: 2 },
      { cells: ['b'], territory: null },
    ])
  })
})

describe('compactness', () => {
  const flat = (cells: string[]) =>
    new Painting(
      cells.map((cell) => ({
        cell,
        territory: 1,
        ...(Object.fromEntries(cellFigures.map((f) => [f, 1])) as Record<
          (typeof cellFigures)[number],
          number
        >),
      })),
    )
  it('of one hexagon is that of a hexagon, whatever its size', () => {
    // a² / 2πI with I = 5√3/54 · a²
    expect(flat([dover]).compactness(1)).toBeCloseTo(54 / (10 * Math.PI * Math.sqrt(3)), 6)
  })
  it('of many hexagons around one comes near that of a large hexagon', () => {
    expect(flat(gridDisk(dover, 12)).compactness(1)).toBeGreaterThan(0.975)
    expect(flat(gridDisk(dover, 12)).compactness(1)).toBeLessThan(1)
  })
  it('is less for a row than for a disk', () => {
    const far = gridDisk(dover, 6).at(-1) as string
    const row = gridPathCells(dover, far)
    expect(row).toHaveLength(7)
    expect(flat(row).compactness(1)).toBeLessThan(0.3)
  })
  it('of nothing is nothing', () => {
    expect(flat([dover]).compactness(2)).toBeNull()
    expect(flat([dover]).parts(2)).toBe(0)
  })
})

describe('balance', () => {
  it('is measured from the mean', () => {
    expect(balanceOf([80, 100, 120])).toEqual({
      mean: 100,
      least: 0.8,
      most: 1.2,
      spread: expect.closeTo(0.2),
    })
    expect(balanceOf([50, 110, 140]).spread).toBeCloseTo(0.5)
  })
  it('of nothing is even', () => {
    expect(balanceOf([])).toEqual({ mean: 0, least: 0, most: 0, spread: 0 })
    expect(balanceOf([0, 0])).toEqual({ mean: 0, least: 0, most: 0, spread: 0 })
  })
})
