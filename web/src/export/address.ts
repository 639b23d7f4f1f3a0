/** The address of a download: the file begins at once and goes past the browser's memory. */
import type { Bounds } from '../app/accountsMap'
import type { AccountFilter, Sort } from '../app/search'

export const formats = ['csv', 'xlsx', 'geojson', 'kml'] as const
export type Format = (typeof formats)[number]

/** Characters of ids that an address takes. */
export const mostIds = 40_000

/** What is exported: a filter, or some of its accounts. */
export type Exported = {
  filter: AccountFilter
  bounds?: Bounds | null | undefined
  sort?: Sort | undefined
  ids?: readonly number[] | undefined
}

export function exportAddress(what: Exported, format: Format, columns: readonly string[] | null): string {
  const query = new URLSearchParams({ format })
  if (columns) query.set('columns', columns.join(','))
  if (what.ids) {
    query.set('ids', what.ids.join(','))
  } else {
    for (const [key, value] of Object.entries(what.filter)) {
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) query.append(key, String(one))
    }
    if (what.bounds) query.set('bbox', what.bounds.join(','))
  }
  // A list by best match has no order of its own in a file.
  if (what.sort) query.set('sort', what.sort)
  return `/api/accounts/export?${query}`
}
