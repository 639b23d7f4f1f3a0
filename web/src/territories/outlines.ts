/** Outlines of territories: their cells dissolved, islands and holes included. */
import type { Feature, FeatureCollection, MultiPolygon, Point } from 'geojson'
import { cellsToMultiPolygon, cellToLatLng, gridDisk } from 'h3-js'
import { nobody, type Painting } from './painting'

export type Outline = Feature<MultiPolygon, { territory: number }>

/** The dissolved outline, longitude first, rings closed. */
export function outlineOf(territory: number, cells: string[]): Outline {
  return {
    type: 'Feature',
    id: territory,
    properties: { territory },
    geometry: { type: 'MultiPolygon', coordinates: cellsToMultiPolygon(cells, true) },
  }
}

/** Outlines that are made anew only where something changed. */
export class Outlines {
  private readonly known = new Map<number, Outline>()
  private readonly anchors = new Map<number, Feature<Point>>()

  constructor(private readonly painting: Painting) {}

  /** Forgets what a change has touched. */
  touch(territories: Iterable<number>) {
    for (const territory of territories) {
      this.known.delete(territory)
      this.anchors.delete(territory)
    }
  }

  of(territory: number): Outline {
    const known = this.known.get(territory)
    if (known) return known
    const made = outlineOf(territory, this.painting.cellsOf(territory))
    this.known.set(territory, made)
    return made
  }

  collection(territories: readonly number[]): FeatureCollection<MultiPolygon> {
    return {
      type: 'FeatureCollection',
      features: territories
        .filter((id) => id !== nobody && this.painting.of(id).cells > 0)
        .map((id) => this.of(id)),
    }
  }

  /** Where the name of each territory stands. */
  labels(territories: readonly { id: number; name: string }[]): FeatureCollection<Point> {
    return {
      type: 'FeatureCollection',
      features: territories.flatMap(({ id, name }) => {
        const cells = this.painting.cellsOf(id)
        const anchor = this.anchors.get(id) ?? anchorOf(id, cells)
        if (!anchor) return []
        this.anchors.set(id, anchor)
        return [{ ...anchor, properties: { name } }]
      }),
    }
  }
}

/**
 * A cell deep within a territory: layers are taken off its border until nothing is left,
 * and of the last layer the cell nearest to the middle is chosen. A name that stands
 * there lies inside, whatever the shape.
 */
export function deepest(cells: readonly string[]): string | null {
  if (cells.length === 0) return null
  let left = new Set(cells)
  for (;;) {
    const inner = new Set([...left].filter((cell) => gridDisk(cell, 1).every((other) => left.has(other))))
    if (inner.size === 0) break
    left = inner
  }
  const points = [...left].map((cell) => [cell, cellToLatLng(cell)] as const)
  const lat = points.reduce((sum, [, p]) => sum + p[0], 0) / points.length
  const lon = points.reduce((sum, [, p]) => sum + p[1], 0) / points.length
  const far = (p: readonly [number, number]) => (p[0] - lat) ** 2 + (p[1] - lon) ** 2
  return points.reduce((best, each) => (far(each[1]) < far(best[1]) ? each : best))[0]
}

function anchorOf(territory: number, cells: readonly string[]): Feature<Point> | null {
  const cell = deepest(cells)
  if (!cell) return null
  const [lat, lon] = cellToLatLng(cell)
  return {
    type: 'Feature',
    id: territory,
    properties: {},
    geometry: { type: 'Point', coordinates: [lon, lat] },
  }
}
