/** Picked hexagons as one area, and a hexagon that joins them or leaves. */
import type { MultiPolygon } from 'geojson'
import { cellsToMultiPolygon, getResolution, isValidCell } from 'h3-js'

/** The filter takes so many. */
export const mostCells = 500

export const cellsOf = (text: string | undefined): string[] => text?.split(',').filter(isValidCell) ?? []

/** The outline of hexagons, dissolved; null for none. */
export function cellsShape(text: string | undefined): MultiPolygon | null {
  const cells = cellsOf(text)
  return cells.length > 0 ? { type: 'MultiPolygon', coordinates: cellsToMultiPolygon(cells, true) } : null
}

/**
 * The picked hexagons after a click on one, as text: it joins them or leaves them. One of
 * another size begins anew, since an area of several sizes would overlap itself.
 */
export function withCell(text: string | undefined, cell: string): string | undefined {
  const known = cellsOf(text)
  const cells = known.every((c) => getResolution(c) === getResolution(cell)) ? known : []
  const next = cells.includes(cell) ? cells.filter((c) => c !== cell) : [...cells, cell].slice(-mostCells)
  return next.length > 0 ? next.join(',') : undefined
}
