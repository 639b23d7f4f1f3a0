/** Which box is asked for when the map shows another, and hexagons beside a hexagon. */
import { cellToLatLng, gridDisk } from 'h3-js'

export type Bounds = [west: number, south: number, east: number, north: number]

/** Panning by less than this many pixels mostly needs no new figures. */
const gridPixels = 256
const worldPixels = 512

/**
 * A box around the view whose sides lie on a grid, so that a small pan asks for the same
 * again. Degrees; held to the world.
 */
export function snapped([west, south, east, north]: Bounds, zoom: number): Bounds {
  const size = (gridPixels / (worldPixels * 2 ** Math.round(zoom))) * 360
  const clean = (v: number) => Number(v.toFixed(6))
  return [
    clean(Math.max(-180, Math.floor(west / size) * size)),
    clean(Math.max(-90, Math.floor(south / size) * size)),
    clean(Math.min(180, Math.ceil(east / size) * size)),
    clean(Math.min(90, Math.ceil(north / size) * size)),
  ]
}

/** Arrows of the keyboard as directions, clockwise from north in degrees. */
export const directions: Record<string, number> = {
  ArrowUp: 0,
  ArrowRight: 90,
  ArrowDown: 180,
  ArrowLeft: 270,
}

/** The neighbour that lies most in a direction; null where there is none. */
export function neighbour(cell: string, direction: number): string | null {
  const [lat, lon] = cellToLatLng(cell)
  const narrow = Math.cos((lat * Math.PI) / 180)
  const off = (other: string) => {
    const [toLat, toLon] = cellToLatLng(other)
    const east = (((toLon - lon + 540) % 360) - 180) * narrow
    const bearing = (Math.atan2(east, toLat - lat) * 180) / Math.PI
    return Math.abs(((bearing - direction + 540) % 360) - 180)
  }
  const around = gridDisk(cell, 1).filter((other) => other !== cell)
  return around.reduce<string | null>(
    (best, other) => (best === null || off(other) < off(best) ? other : best),
    null,
  )
}
