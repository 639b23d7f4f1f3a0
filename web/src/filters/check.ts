/** What the server says of a filter before it is used: how many match, or which condition is wrong. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import { type FilterNode, pathOfLocation } from './tree'

/** The sentences of a refusal by the path of their condition, joined by commas; '' for the whole. */
export function refusals(error: unknown): ReadonlyMap<string, string> {
  const out = new Map<string, string>()
  if (!isProblem(error, 'invalid')) return out
  for (const { location, message } of error.fields) {
    const path = pathOfLocation(location)
    if (path) out.set(path.join(), message)
  }
  return out
}

export function useFilterCheck(tree: FilterNode | null) {
  const { data, error } = useQuery({
    // Under "accounts", so that the figure follows when accounts change.
    queryKey: ['accounts', 'check', tree],
    queryFn: ({ signal }) => call(api.POST('/api/filters/check', { body: { filter: tree }, signal })),
    enabled: tree !== null,
  })
  const refused = useMemo(() => refusals(error), [error])
  return { total: tree ? data?.total : undefined, refused, error }
}
