/** Which accounts are checked: some rows, or all that match the filter. */
import type { Row } from './columns'

export type Checked =
  | { kind: 'rows'; rows: ReadonlyMap<number, Row> }
  | { kind: 'all'; rows: ReadonlyMap<number, Row> }

export const nothingChecked: Checked = { kind: 'rows', rows: new Map() }

export const isChecked = (checked: Checked, row: Row) => checked.kind === 'all' || checked.rows.has(row.id)

export const anyChecked = (checked: Checked) => checked.kind === 'all' || checked.rows.size > 0

export function toggledRow(checked: Checked, row: Row): Checked {
  const rows = new Map(checked.rows)
  if (!rows.delete(row.id)) rows.set(row.id, row)
  return { kind: 'rows', rows }
}

/** Also the rows from one index to another, in either direction, as far as they are loaded. */
export function checkedRange(
  checked: Checked,
  at: (index: number) => Row | undefined,
  from: number,
  to: number,
): Checked {
  const rows = new Map(checked.rows)
  for (let index = Math.min(from, to); index <= Math.max(from, to); index++) {
    const row = at(index)
    if (row) rows.set(row.id, row)
  }
  return { kind: 'rows', rows }
}
