/** Which cells of the list are active, and how keys move them: pure. */

export type Cell = { row: number; col: number }
/** The active cell, and the corner that a range began at. */
export type Grid = { active: Cell; anchor: Cell }
export type Range = { top: number; bottom: number; left: number; right: number }
export type GridSize = { rows: number; cols: number; page: number }

export const at = (row: number, col: number): Grid => ({ active: { row, col }, anchor: { row, col } })

export const rangeOf = ({ active, anchor }: Grid): Range => ({
  top: Math.min(active.row, anchor.row),
  bottom: Math.max(active.row, anchor.row),
  left: Math.min(active.col, anchor.col),
  right: Math.max(active.col, anchor.col),
})

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most))

/** The same cells, as far as the list still has them. */
export function within(grid: Grid, rows: number, cols: number): Grid | null {
  if (rows === 0 || cols === 0) return null
  const kept = ({ row, col }: Cell) => ({ row: clamp(row, rows - 1), col: clamp(col, cols - 1) })
  return { active: kept(grid.active), anchor: kept(grid.anchor) }
}

/** Where a key goes; null when it is none that moves. Shift keeps the corner where it is. */
export function move(
  grid: Grid,
  key: { key: string; shift: boolean; ctrl: boolean },
  { rows, cols, page }: GridSize,
): Grid | null {
  const { row, col } = grid.active
  const to: Record<string, Cell> = {
    ArrowDown: { row: row + 1, col },
    ArrowUp: { row: row - 1, col },
    ArrowRight: { row, col: col + 1 },
    ArrowLeft: { row, col: col - 1 },
    PageDown: { row: row + page, col },
    PageUp: { row: row - page, col },
    Home: key.ctrl ? { row: 0, col } : { row, col: 0 },
    End: key.ctrl ? { row: rows - 1, col } : { row, col: cols - 1 },
  }
  const cell = to[key.key]
  if (!cell) return null
  const active = { row: clamp(cell.row, rows - 1), col: clamp(cell.col, cols - 1) }
  return { active, anchor: key.shift ? grid.anchor : active }
}
