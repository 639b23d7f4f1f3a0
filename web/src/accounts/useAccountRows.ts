/**
 * The rows of the list, of any length: pages by cursor, of which only those in view are
 * watched (and asked for again when accounts change), so that a million rows cost as much
 * as three pages. A page's cursor is known when the one before it has been read.
 */
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { AccountRow } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import type { AccountFilter, Sort } from '../app/search'
import { accountCountQuery, accountPageQuery, pageSize } from './queries'

export type Rows = {
  /** How many rows can be scrolled to now: those known, and the page after them. */
  count: number
  /** How many there are. */
  total: number | undefined
  /** That number could not be read; the rows could. */
  uncounted: boolean
  at: (index: number) => AccountRow | undefined
  pending: boolean
  /** Nothing could be read at all. */
  error: unknown
  /** A page in the middle could not be read. */
  broken: boolean
  stale: boolean
  retry: () => void
}

type Known = {
  key: string
  cursors: string[]
  items: (AccountRow[] | undefined)[]
  total?: number
  end: boolean
}

export function useAccountRows(
  filter: AccountFilter,
  sort: Sort | undefined,
  bounds: Bounds | null | undefined,
  /** The rows in view. */
  first: number,
  last: number,
): Rows {
  const queryClient = useQueryClient()
  const key = JSON.stringify([filter, sort ?? null, bounds ?? null])
  const known = useRef<Known>({ key, cursors: [''], items: [], end: false })
  // Rows of the filter before stay until the first page of this one is there.
  const [before, setBefore] = useState<Known | null>(null)
  if (known.current.key !== key) {
    if (known.current.items[0]) setBefore(known.current)
    known.current = { key, cursors: [''], items: [], end: false }
  }
  const state = known.current

  const lastPage = Math.min(Math.floor(last / pageSize) + 1, state.cursors.length - 1)
  const firstPage = Math.min(Math.max(0, Math.floor(first / pageSize)), lastPage)
  const cursors = state.cursors.slice(firstPage, lastPage + 1)
  const pages = useQueries({
    queries: cursors.map((cursor) => accountPageQuery(filter, sort, bounds, cursor)),
  })
  const counted = useQuery(accountCountQuery(filter, bounds))
  state.total = counted.data ?? state.total
  pages.forEach((page, offset) => {
    const index = firstPage + offset
    if (!page.data) return
    state.items[index] = page.data.items ?? []
    const next = page.data.nextCursor
    if (next && state.cursors[index + 1] !== next) {
      // The page ends elsewhere than before: what follows is read anew when it is come to.
      state.cursors.length = index + 1
      state.items.length = index + 1
      state.cursors.push(next)
      state.end = false
    } else if (!next) {
      state.cursors.length = index + 1
      state.items.length = index + 1
      state.end = true
    }
  })
  const loaded = state.items[0] !== undefined
  const shown = loaded || !before ? state : before
  const lengths = shown.items.reduce((sum, items) => sum + (items?.length ?? 0), 0)
  const ahead =
    shown.end || shown !== state ? 0 : Math.min(pageSize, Math.max(0, (shown.total ?? Infinity) - lengths))

  const at = useCallback(
    (index: number) => shown.items[Math.floor(index / pageSize)]?.[index % pageSize],
    [shown],
  )
  // May come after the rows, which then are the same as before.
  const { total } = shown
  const uncounted = counted.isError && total === undefined
  const failed = pages.find((page) => page.isError && !page.data)
  return useMemo(
    () => ({
      count: lengths + ahead,
      total,
      uncounted,
      at,
      pending: !loaded && !before && !failed,
      error: loaded || !failed ? null : failed.error,
      broken: loaded && failed !== undefined,
      stale: !loaded && before !== null && !failed,
      retry: () => void queryClient.refetchQueries({ queryKey: ['accounts'], type: 'active' }),
    }),
    [lengths, ahead, total, uncounted, at, loaded, before, failed, queryClient],
  )
}
