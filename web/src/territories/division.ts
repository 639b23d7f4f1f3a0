/**
 * A painting that is looked at: who shows it hears which cells changed, at once for the map,
 * and as a number that goes up for everything that is drawn by React.
 */
import { cellToLatLng } from 'h3-js'
import { Outlines } from './outlines'
import {
  type Change,
  type Edit,
  type GroundCell,
  nobody,
  Painting,
  type Stroke,
  territoriesOf,
} from './painting'

export type CellsListener = (cells: readonly string[]) => void

export class Division {
  readonly painting: Painting
  readonly outlines: Outlines
  revision = 0
  private readonly onCells = new Set<CellsListener>()
  private readonly onRevision = new Set<() => void>()
  private middles: Float64Array | null = null

  constructor(
    ground: readonly GroundCell[],
    readonly resolution: number,
  ) {
    this.painting = new Painting(ground)
    this.outlines = new Outlines(this.painting)
  }

  /** Paints as a part of a stroke that has begun. */
  paint(stroke: Stroke, cells: Iterable<string>, to: number) {
    const before = new Map<string, number>()
    const list = [...cells]
    for (const cell of list) before.set(cell, this.painting.ownerOf(cell))
    const changed = stroke.paint(list, to)
    this.told(changed, [to, ...changed.map((cell) => before.get(cell) ?? nobody)])
  }

  apply(change: Change) {
    this.painting.apply(change)
    this.told(change.cells, territoriesOf(change))
  }

  revert(change: Change) {
    this.painting.revert(change)
    this.told(change.cells, territoriesOf(change))
  }

  /** Takes over whose cells are as the server says, all but those of `except`. */
  adopt(edits: readonly Edit[], except: ReadonlySet<string> = new Set()) {
    const change: Change = { cells: [], from: [], to: [] }
    for (const { cells, territory } of edits)
      for (const cell of cells) {
        const from = this.painting.ownerOf(cell)
        const to = territory ?? nobody
        if (from === to || except.has(cell) || !this.painting.has(cell)) continue
        change.cells.push(cell)
        change.from.push(from)
        change.to.push(to)
      }
    this.apply(change)
  }

  /** Cells of the ground whose middle lies in a ring of [lon, lat]. */
  within(ring: readonly (readonly [number, number])[]): string[] {
    const middles = this.places()
    return this.painting.cells.filter((_, i) =>
      inside(ring, middles[2 * i] as number, middles[2 * i + 1] as number),
    )
  }

  /** The box around the ground, or around some of it: west, south, east, north. */
  box(cells: readonly string[] = this.painting.cells): [number, number, number, number] | null {
    if (cells.length === 0) return null
    const middles = this.places()
    const box: [number, number, number, number] = [180, 90, -180, -90]
    for (const cell of cells) {
      const i = this.painting.at(cell)
      const [lon, lat] = [middles[2 * i] as number, middles[2 * i + 1] as number]
      box[0] = Math.min(box[0], lon)
      box[1] = Math.min(box[1], lat)
      box[2] = Math.max(box[2], lon)
      box[3] = Math.max(box[3], lat)
    }
    return box
  }

  watchCells(listener: CellsListener) {
    this.onCells.add(listener)
    return () => {
      this.onCells.delete(listener)
    }
  }

  watch = (listener: () => void) => {
    this.onRevision.add(listener)
    return () => {
      this.onRevision.delete(listener)
    }
  }

  private told(cells: readonly string[], territories: Iterable<number>) {
    if (cells.length === 0) return
    this.outlines.touch(new Set(territories))
    this.revision++
    for (const listener of this.onCells) listener(cells)
    for (const listener of this.onRevision) listener()
  }

  private places(): Float64Array {
    if (this.middles) return this.middles
    const middles = new Float64Array(this.painting.cells.length * 2)
    this.painting.cells.forEach((cell, i) => {
      const [lat, lon] = cellToLatLng(cell)
      middles[2 * i] = lon
      middles[2 * i + 1] = lat
    })
    this.middles = middles
    return middles
  }
}

/** Whether a point lies in a ring: sides that a ray to the east crosses, odd or even. */
export function inside(ring: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let odd = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as readonly [number, number]
    const [xj, yj] = ring[j] as readonly [number, number]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
  }
  return odd
}
