/** Whether a plan is one rep's day or a period's: the two are read by operations of their own. */
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { PlanSummary } from '../api/types'
import { headQuery } from '../board/queries'
import { planQuery } from './queries'

export type PlanKind = PlanSummary['kind']

/** What lists and earlier answers say about it, so that nothing need be asked. */
export function knownKind(queryClient: QueryClient, id: number): PlanKind | null {
  if (queryClient.getQueryData(headQuery(id).queryKey)) return 'period'
  if (queryClient.getQueryData(planQuery(id).queryKey)) return 'day'
  for (const [, list] of queryClient.getQueriesData<PlanSummary[]>({ queryKey: ['plans'] })) {
    const found = Array.isArray(list) ? list.find((plan) => plan.id === id) : undefined
    if (found) return found.kind
  }
  return null
}

export const kindQuery = (queryClient: QueryClient, id: number) =>
  queryOptions({
    queryKey: ['plan-kind', id],
    queryFn: async ({ signal }): Promise<PlanKind> => {
      const known = knownKind(queryClient, id)
      if (known) return known
      const head = await call(api.GET('/api/plans/{id}/head', { params: { path: { id } }, signal }))
      if (head.kind === 'period') queryClient.setQueryData(headQuery(id).queryKey, head)
      return head.kind
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
