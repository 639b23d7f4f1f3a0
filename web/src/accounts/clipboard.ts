/**
 * Cells as spreadsheets exchange them: tabs between cells, lines between rows; a cell with
 * a tab, a line end or a quote stands in quotes, and quotes inside of it are doubled.
 */

const special = /[\t\n\r"]/

export const toTsv = (cells: readonly (readonly string[])[]): string =>
  cells
    .map((row) =>
      row.map((cell) => (special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t'),
    )
    .join('\n')

/** Reads what toTsv or a spreadsheet wrote; the last line end is no further row. */
export function fromTsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  // A quote opens only at the start of a cell: 5" stays 5".
  let fresh = true
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (quoted) {
      if (c !== '"') cell += c
      else if (text[i + 1] === '"') {
        cell += c
        i++
      } else quoted = false
    } else if (c === '"' && fresh) {
      quoted = true
      fresh = false
    } else if (c === '\t') {
      row.push(cell)
      cell = ''
      fresh = true
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && text[i + 1] === '\n') i++
      rows.push([...row, cell])
      row = []
      cell = ''
      fresh = true
    } else {
      cell += c
      fresh = false
    }
  }
  if (cell !== '' || row.length > 0 || rows.length === 0) rows.push([...row, cell])
  return rows
}

/** What is pasted on a range: a single cell fills it, anything else begins at its corner. */
export function spread(
  cells: readonly (readonly string[])[],
  height: number,
  width: number,
): readonly (readonly string[])[] {
  const [only] = cells[0] ?? []
  if (cells.length !== 1 || cells[0]?.length !== 1 || only === undefined) return cells
  return Array.from({ length: height }, () => Array.from({ length: width }, () => only))
}
