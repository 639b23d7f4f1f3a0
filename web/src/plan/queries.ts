/** What the planning pages ask the server. */
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { AccountRow, Plan, PlanRequest } from '../api/types'

export const isOpen = (state: Plan['state'] | undefined) => state === 'queued' || state === 'running'

/** Server-sent events renew this; while a plan is being made it is asked for too, in case they do not arrive. */
export const planQuery = (id: number) =>
  queryOptions({
    queryKey: ['plan', id],
    queryFn: ({ signal }) => call(api.GET('/api/plans/{id}', { params: { path: { id } }, signal })),
    // The event that it is done may come before the answer that it was begun.
    refetchOnMount: (query) => (isOpen(query.state.data?.state) ? 'always' : true),
    refetchInterval: (query) => (isOpen(query.state.data?.state) ? 700 : false),
  })

export const plansQuery = (repId: number | undefined, from: string) =>
  queryOptions({
    queryKey: ['plans', repId ?? null, from],
    queryFn: async ({ signal }) =>
      (
        await call(
          api.GET('/api/plans', {
            params: { query: { ...(repId ? { repId } : {}), from, kind: 'day', limit: 60 } },
            signal,
          }),
        )
      ).items ?? [],
    placeholderData: keepPreviousData,
  })

export const dueQuery = (repId: number, day: string) =>
  queryOptions({
    queryKey: ['due', repId, day],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/visits/due', { params: { query: { repId, day, limit: 40 } }, signal })))
        .items ?? [],
    enabled: day !== '',
  })

const pageSize = 500
const mostPages = 10

/**
 * The accounts that own the given sites, as far as they are found among the first 5,000:
 * the address bar holds only the sites' numbers.
 */
export const sitesQuery = (siteIds: number[]) =>
  queryOptions({
    queryKey: ['accounts', 'sites', [...siteIds].sort((a, b) => a - b)],
    queryFn: async ({ signal }) => {
      const wanted = new Set(siteIds)
      const found: AccountRow[] = []
      let cursor = ''
      for (let page = 0; page < mostPages && found.length < wanted.size; page++) {
        const answer = await call(
          api.GET('/api/accounts', {
            params: { query: { limit: pageSize, ...(cursor ? { cursor } : {}) } },
            signal,
          }),
        )
        found.push(...(answer.items ?? []).filter((row) => row.site && wanted.has(row.site.id)))
        if (!answer.nextCursor) break
        cursor = answer.nextCursor
      }
      return found
    },
    enabled: siteIds.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })

export const createPlan = (body: PlanRequest) => call(api.POST('/api/plans', { body }))

export const reorderPlan = (id: number, version: number, siteIds: number[]) =>
  call(api.PUT('/api/plans/{id}/order', { params: { path: { id } }, body: { version, siteIds } }))

export const placeStop = (id: number, version: number, siteId: number, position: number) =>
  call(
    api.PUT('/api/plans/{id}/stops/{siteId}/position', {
      params: { path: { id, siteId } },
      body: { version, position },
    }),
  )

export const optimisePlan = (id: number, version: number) =>
  call(api.POST('/api/plans/{id}/optimise', { params: { path: { id } }, body: { version } }))

export const cancelPlan = (id: number) =>
  call(api.POST('/api/plans/{id}/cancel', { params: { path: { id } } }))

export const deletePlan = (id: number) => call(api.DELETE('/api/plans/{id}', { params: { path: { id } } }))

export function adoptPlan(queryClient: QueryClient, plan: Plan) {
  queryClient.setQueryData(planQuery(plan.id).queryKey, plan)
  void queryClient.invalidateQueries({ queryKey: ['plans'] })
}
