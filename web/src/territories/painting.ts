/**
 * The ground of an alignment while it is divided by hand: which cell belongs to whom, and
 * every territory's figures, kept up with each painted cell so that nothing is summed anew.
 *
 *   const painting = new Painting(cells)
 *   const stroke = painting.stroke(new Set([lockedId]))
 *   stroke.paint(painting.disk(cell, 1), territoryId)
 *   const change = stroke.end()          // what changed, for the server and for undo
 *   painting.revert(change)
 */
import { cellArea, cellToLatLng, gridDisk } from 'h3-js'

export const cellFigures = [
  'accounts',
  'customers',
  'prospects',
  'openProspects',
  'revenue',
  'potential',
  'visitHours',
  'driveHours',
] as const
export type CellFigure = (typeof cellFigures)[number]

export type GroundCell = { cell: string; territory: number | null } & Record<CellFigure, number>

/**
 * Sums over cells for the moment of inertia: m², and degrees from the first cell of the
 * ground, plain and squared.
 */
const moments = ['area', 'lon', 'lat', 'lon2', 'lat2'] as const
type Moment = (typeof moments)[number]

/** What a territory has. */
export type Share = Record<CellFigure, number> & Record<Moment, number> & { cells: number }

/** Nobody's ground in figures by territory: ids begin at 1. */
export const nobody = 0

/** Cells that changed hands, each with the territory before and after; 0 is nobody. */
export type Change = { cells: string[]; from: number[]; to: number[] }

/** The wire's form of a change: cells by the territory that they come to. */
export type Edit = { cells: string[]; territory: number | null }

export class Painting {
  readonly cells: readonly string[]
  private readonly index = new Map<string, number>()
  private readonly values: Record<CellFigure | Moment, Float64Array>
  /** The latitude that degrees are counted from. */
  private readonly origin: number
  private readonly owners: Float64Array
  /** Six places a cell: the indices of its neighbours on the ground, -1 where there is none. */
  private readonly sides: Int32Array
  private readonly shares = new Map<number, Share>()
  private readonly pieces = new Map<number, number>()

  constructor(ground: readonly GroundCell[]) {
    this.cells = ground.map((each) => each.cell)
    this.cells.forEach((cell, i) => {
      this.index.set(cell, i)
    })
    this.owners = Float64Array.from(ground, (each) => each.territory ?? nobody)
    const places = this.cells.map((cell) => cellToLatLng(cell))
    const [lat0, lon0] = places[0] ?? [0, 0]
    this.origin = lat0
    const lat = Float64Array.from(places, (place) => place[0] - lat0)
    // Shortest way around, so that ground across ±180° is in one piece.
    const lon = Float64Array.from(places, (place) => ((place[1] - lon0 + 540) % 360) - 180)
    this.values = {
      ...(Object.fromEntries(
        cellFigures.map((figure) => [figure, Float64Array.from(ground, (each) => each[figure])]),
      ) as Record<CellFigure, Float64Array>),
      area: Float64Array.from(this.cells, (cell) => cellArea(cell, 'm2')),
      lon,
      lat,
      lon2: lon.map((value) => value ** 2),
      lat2: lat.map((value) => value ** 2),
    }
    this.sides = new Int32Array(this.cells.length * 6).fill(-1)
    this.cells.forEach((cell, i) => {
      let side = i * 6
      for (const other of gridDisk(cell, 1)) {
        if (other === cell) continue
        this.sides[side++] = this.index.get(other) ?? -1
      }
    })
    this.cells.forEach((_, i) => {
      const share = this.share(this.owners[i] as number)
      share.cells++
      for (const name of summed) share[name] += this.values[name][i] as number
    })
  }

  has(cell: string) {
    return this.index.has(cell)
  }

  /** The cell's place in `cells`, which is also its feature's id on the map; -1 off the ground. */
  at(cell: string) {
    return this.index.get(cell) ?? -1
  }

  /** The territory of a cell; 0 when it is nobody's or lies off the ground. */
  ownerOf(cell: string) {
    return this.owners[this.at(cell)] ?? nobody
  }

  valueOf(cell: string, figure: CellFigure) {
    return this.values[figure][this.at(cell)] ?? 0
  }

  /** What a territory has now; of one without cells: nothing. */
  of(territory: number): Readonly<Share> {
    return this.shares.get(territory) ?? noShare()
  }

  cellsOf(territory: number): string[] {
    return this.cells.filter((_, i) => this.owners[i] === territory)
  }

  /** Cells with accounts that nobody has. */
  gaps(): { cells: number; accounts: number } {
    const found = { cells: 0, accounts: 0 }
    this.cells.forEach((_, i) => {
      const accounts = this.values.accounts[i] as number
      if (this.owners[i] !== nobody || accounts === 0) return
      found.cells++
      found.accounts += accounts
    })
    return found
  }

  /**
   * How compact a territory is, 0 to 1: the moment-of-inertia shape index, as in geo/districts
   * (Li, Goodchild and Church, 2013), a² / 2πI, which is 1 for a disk. Each hexagon adds its
   * own moment, 5√3/54 of its area squared. null without cells.
   */
  compactness(territory: number): number | null {
    const { cells, area, lon, lat, lon2, lat2 } = this.of(territory)
    if (cells === 0) return null
    const narrow = Math.cos(((this.origin + lat / cells) * Math.PI) / 180)
    const squares = (lon2 - lon ** 2 / cells) * narrow ** 2 + (lat2 - lat ** 2 / cells)
    const each = area / cells
    const moment = each * squares * metresPerDegree ** 2 + cells * each ** 2 * ((5 * Math.sqrt(3)) / 54)
    return area ** 2 / (2 * Math.PI * moment)
  }

  /** How many pieces a territory's cells make; 1 when it is connected. */
  parts(territory: number): number {
    const known = this.pieces.get(territory)
    if (known !== undefined) return known
    const seen = new Uint8Array(this.cells.length)
    let count = 0
    this.cells.forEach((_, start) => {
      if (this.owners[start] !== territory || seen[start]) return
      count++
      seen[start] = 1
      const open = [start]
      for (let i = open.pop(); i !== undefined; i = open.pop()) {
        for (let side = i * 6; side < i * 6 + 6; side++) {
          const other = this.sides[side] as number
          if (other < 0 || seen[other] || this.owners[other] !== territory) continue
          seen[other] = 1
          open.push(other)
        }
      }
    })
    this.pieces.set(territory, count)
    return count
  }

  /** Which territories touch: pairs, the smaller id first. */
  neighbours(): [number, number][] {
    const pairs = new Map<string, [number, number]>()
    this.cells.forEach((_, i) => {
      const own = this.owners[i] as number
      if (own === nobody) return
      for (let side = i * 6; side < i * 6 + 6; side++) {
        const other = this.owners[this.sides[side] as number] ?? nobody
        if (other > own) pairs.set(`${own} ${other}`, [own, other])
      }
    })
    return [...pairs.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  }

  /** The cells around a place, those on the ground: 1, 7 or 19 of them for a radius of 0, 1, 2. */
  disk(cell: string, radius: number): string[] {
    return gridDisk(cell, radius).filter((each) => this.index.has(each))
  }

  /** Begins a stroke; locked cells and those of locked territories stay as they are, and locked territories get none. */
  stroke(locked: ReadonlySet<number> = new Set(), kept: ReadonlySet<string> = new Set()): Stroke {
    return new Stroke(this, locked, kept)
  }

  /** Gives one cell to a territory; false when nothing changes. */
  give(cell: string, to: number): boolean {
    const i = this.at(cell)
    if (i < 0) return false
    const from = this.owners[i] as number
    if (from === to) return false
    const old = this.share(from)
    const next = this.share(to)
    old.cells--
    next.cells++
    for (const name of summed) {
      const value = this.values[name][i] as number
      // Nothing is left of what nothing is in, whatever the rounding of sums.
      old[name] = old.cells === 0 ? 0 : old[name] - value
      next[name] += value
    }
    this.pieces.delete(from)
    this.pieces.delete(to)
    this.owners[i] = to
    return true
  }

  apply(change: Change) {
    change.cells.forEach((cell, i) => {
      this.give(cell, change.to[i] as number)
    })
  }

  revert(change: Change) {
    change.cells.forEach((cell, i) => {
      this.give(cell, change.from[i] as number)
    })
  }

  private share(territory: number): Share {
    const known = this.shares.get(territory)
    if (known) return known
    const made = noShare()
    this.shares.set(territory, made)
    return made
  }
}

export class Stroke {
  private readonly before = new Map<string, number>()
  /** Cells that stayed as they are since they, their territory or the new one are locked. */
  readonly stayed = new Set<string>()

  constructor(
    private readonly painting: Painting,
    private readonly locked: ReadonlySet<number>,
    private readonly kept: ReadonlySet<string>,
  ) {}

  /** Paints cells and gives those that changed. */
  paint(cells: Iterable<string>, to: number): string[] {
    const changed: string[] = []
    for (const cell of cells) {
      const from = this.painting.ownerOf(cell)
      if (from === to || !this.painting.has(cell)) continue
      if (this.locked.has(to) || this.kept.has(cell) || this.locked.has(from)) {
        this.stayed.add(cell)
        continue
      }
      this.painting.give(cell, to)
      if (!this.before.has(cell)) this.before.set(cell, from)
      changed.push(cell)
    }
    return changed
  }

  /** What the stroke did in the end; null when nothing. */
  end(): Change | null {
    const change: Change = { cells: [], from: [], to: [] }
    for (const [cell, from] of this.before) {
      const to = this.painting.ownerOf(cell)
      if (to === from) continue
      change.cells.push(cell)
      change.from.push(from)
      change.to.push(to)
    }
    return change.cells.length > 0 ? change : null
  }
}

const summed = [...cellFigures, ...moments] as const

/** Of the sphere with the Earth's equatorial radius, as the server measures. */
const metresPerDegree = (Math.PI / 180) * 6_378_137

const noShare = (): Share => ({
  cells: 0,
  ...(Object.fromEntries(summed.map((name) => [name, 0])) as Record<CellFigure | Moment, number>),
})

export const territoriesOf = (change: Change) => [...new Set([...change.from, ...change.to])]

/** A change as the server takes it. */
export function editsOf(change: Change): Edit[] {
  const byTerritory = new Map<number, string[]>()
  change.cells.forEach((cell, i) => {
    const to = change.to[i] as number
    const known = byTerritory.get(to)
    if (known) known.push(cell)
    else byTerritory.set(to, [cell])
  })
  return [...byTerritory].map(([territory, cells]) => ({
    cells,
    territory: territory === nobody ? null : territory,
  }))
}

/** How far the territories are apart on a figure. */
export type Balance = { mean: number; least: number; most: number; spread: number }

/**
 * The mean, and the extremes as shares of it: 1.18 is 18 % above. `spread` is the largest
 * deviation from the mean, 0 where there is nothing to share.
 */
export function balanceOf(values: readonly number[]): Balance {
  const sum = values.reduce((all, value) => all + value, 0)
  const mean = values.length === 0 ? 0 : sum / values.length
  if (mean === 0) return { mean: 0, least: 0, most: 0, spread: 0 }
  const least = Math.min(...values) / mean
  const most = Math.max(...values) / mean
  return { mean, least, most, spread: Math.max(most - 1, 1 - least) }
}
