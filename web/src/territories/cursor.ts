/** Walking over hexagons with the arrow keys. */
import { cellToLatLng, gridDisk } from 'h3-js'

export type Direction = 'up' | 'down' | 'left' | 'right'
/** Where the cursor is, and the line that it keeps to while it walks along one axis. */
export type Cursor = { cell: string; axis: 'lon' | 'lat' | null; line: number }

export const cursorAt = (cell: string): Cursor => ({ cell, axis: null, line: 0 })

/**
 * The neighbour in a direction. Six neighbours and four arrows do not fit: among those
 * that lie ahead, the one that stays nearest to the line on which the walk began is taken,
 * so that going up and coming down ends where it began.
 */
export function step(cursor: Cursor, direction: Direction): Cursor {
  const [lat, lon] = cellToLatLng(cursor.cell)
  const axis = direction === 'up' || direction === 'down' ? 'lon' : 'lat'
  const line = cursor.axis === axis ? cursor.line : axis === 'lon' ? lon : lat
  const sign = direction === 'up' || direction === 'right' ? 1 : -1
  const narrow = Math.cos((lat * Math.PI) / 180)
  const size = gridDisk(cursor.cell, 1)
    .filter((cell) => cell !== cursor.cell)
    .map((cell) => {
      const [y, x] = cellToLatLng(cell)
      const [north, east] = [y - lat, (x - lon) * narrow]
      const ahead = sign * (axis === 'lon' ? north : east)
      const aside = axis === 'lon' ? (x - line) * narrow : y - line
      return { cell, ahead, aside: Math.abs(aside), far: Math.hypot(north, east) }
    })
  // Within 60° of the arrow: at least two of six neighbours, whichever way the grid is turned.
  const before = size.filter(({ ahead, far }) => ahead >= far * 0.45)
  const next = before.reduce<(typeof size)[number] | null>(
    (best, each) => (!best || each.aside < best.aside ? each : best),
    null,
  )
  return next ? { cell: next.cell, axis, line } : cursor
}
