/** What the planner board asks the server. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { FeatureCollection, LineString } from 'geojson'
import { api, call } from '../api/client'
import type { AccountRow } from '../api/types'
import { type AccountFilter, filterOf } from '../app/search'
import { isOpen } from '../plan/queries'
import type { DaysRequest, Move, PeriodRequest } from './types'

/** The board below the plan's own key: the server's events about the plan renew both. */
export const boardQuery = (id: number) =>
  queryOptions({
    queryKey: ['plan', id, 'board'],
    // While a search goes on: its best lanes so far.
    queryFn: ({ signal }) =>
      call(api.GET('/api/plans/{id}/board', { params: { path: { id }, query: { best: true } }, signal })),
  })

/** A plan without its routes: what it is, and how far the search has come. */
export const headQuery = (id: number) =>
  queryOptions({
    queryKey: ['plan', id, 'head'],
    queryFn: ({ signal }) => call(api.GET('/api/plans/{id}/head', { params: { path: { id } }, signal })),
    refetchOnMount: (query) => (isOpen(query.state.data?.state) ? 'always' : true),
    refetchInterval: (query) => (isOpen(query.state.data?.state) ? 1_000 : false),
  })

export type PlanLines = FeatureCollection<LineString, { repId: number; day: string; position: number }>

/** The lines of a version: all lanes simplified, or one in full. */
export const linesQuery = (id: number, version: number, lane?: { repId: number; day: string }) =>
  queryOptions({
    queryKey: ['plan-lines', id, version, lane ?? null],
    queryFn: ({ signal }) =>
      call(api.GET('/api/plans/{id}/lines', { params: { path: { id }, query: { ...lane } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })

/** What moves would do; given up as soon as another is asked for. */
export const effectQuery = (id: number, version: number, moves: Move[]) =>
  queryOptions({
    queryKey: ['plan-effect', id, version, moves],
    queryFn: ({ signal }) =>
      call(api.POST('/api/plans/{id}/moves/preview', { params: { path: { id } }, body: { moves }, signal })),
    enabled: moves.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })

/** Where in the plan a visit suits best. */
export const placesForQuery = (id: number, version: number, visitId: number) =>
  queryOptions({
    queryKey: ['plan-places', id, version, visitId],
    queryFn: ({ signal }) =>
      call(api.GET('/api/plans/{id}/places', { params: { path: { id }, query: { visitId } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })

/** On which days a visit suits a rep, beside what is planned. */
export const suitableDaysQuery = (body: DaysRequest) =>
  queryOptions({
    queryKey: ['suitable-days', body],
    queryFn: ({ signal }) => call(api.POST('/api/visits/suitable-days', { body, signal })),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })

export const historyQuery = (id: number, version: number) =>
  queryOptions({
    queryKey: ['plan-history', id, version],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/plans/{id}/history', { params: { path: { id } }, signal }))).items ?? [],
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })

export const compareQuery = (a: number, b: number) =>
  queryOptions({
    queryKey: ['plan-compare', a, b],
    queryFn: ({ signal }) => call(api.GET('/api/plans/compare', { params: { query: { a, b } }, signal })),
  })

export type Who = { repId?: number[]; teamId?: number }

export const proposalsQuery = (who: Who, from: string, to: string) =>
  queryOptions({
    queryKey: ['due', 'proposals', who, from, to],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/visits/proposals', { params: { query: { ...who, from, to, limit: 2000 } }, signal }),
      ),
    enabled: from !== '' && to >= from && (who.teamId !== undefined || (who.repId ?? []).length > 0),
    placeholderData: keepPreviousData,
  })

/** The sites of a selection on the map. */
export const selectionSitesQuery = (filter: AccountFilter) =>
  queryOptions({
    queryKey: ['selection', filterOf(filter)],
    queryFn: ({ signal }) =>
      call(api.GET('/api/accounts/selection', { params: { query: filterOf(filter) }, signal })),
  })

const pageSize = 500
const mostPages = 10

/** The sites of accounts of a filter with their places, those of its first 5,000 accounts: as many as a plan may visit. */
export const placedSitesQuery = (filter: AccountFilter) =>
  queryOptions({
    queryKey: ['selection', 'places', filterOf(filter)],
    queryFn: async ({ signal }) => {
      const found: { siteId: number; name: string; point: [number, number] }[] = []
      let cursor: string | null = null
      for (let page = 0; page < mostPages; page++) {
        const answer: { items: AccountRow[] | null; nextCursor: string | null } = await call(
          api.GET('/api/accounts', {
            params: {
              query: {
                ...filterOf(filter),
                limit: pageSize,
                total: false,
                ...(cursor ? { cursor } : {}),
              },
            },
            signal,
          }),
        )
        for (const { name, site } of answer.items ?? [])
          if (site) found.push({ siteId: site.id, name, point: site.point as [number, number] })
        cursor = answer.nextCursor
        if (!cursor) break
      }
      return found
    },
    staleTime: 60_000,
  })

/** Accounts by a part of their name, of two letters and more. */
export const accountsNamedQuery = (q: string) =>
  queryOptions({
    queryKey: ['accounts', 'named', q],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/accounts', { params: { query: { q, limit: 12 } }, signal }))).items ?? [],
    enabled: q.length >= 2,
  })

/** Plans of periods, the newest first. */
export const periodPlansQuery = () =>
  queryOptions({
    queryKey: ['plans', 'period'],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/plans', { params: { query: { kind: 'period', limit: 100 } }, signal })))
        .items ?? [],
  })

export const createPeriodPlan = (body: PeriodRequest) => call(api.POST('/api/plans/periods', { body }))

const at = (id: number) => ({ params: { path: { id } } })

export const applyMoves = (id: number, version: number, moves: Move[]) =>
  call(api.POST('/api/plans/{id}/moves', { ...at(id), body: { version, moves } }))
export const undoPlan = (id: number, version: number) =>
  call(api.POST('/api/plans/{id}/undo', { ...at(id), body: { version } }))
export const redoPlan = (id: number, version: number) =>
  call(api.POST('/api/plans/{id}/redo', { ...at(id), body: { version } }))
export const improvePlan = (
  id: number,
  body: { version: number; seconds: number; repIds?: number[]; days?: string[] },
) => call(api.POST('/api/plans/{id}/improve', { ...at(id), body }))
export const abandonPlanning = (id: number) => call(api.POST('/api/plans/{id}/abandon', at(id)))
export const stopPlanning = (id: number) => call(api.POST('/api/plans/{id}/stop', at(id)))
export const renamePlan = (id: number, name: string) =>
  call(api.PATCH('/api/plans/{id}', { ...at(id), body: { name } }))
export const copyPlan = (id: number, name?: string) =>
  call(api.POST('/api/plans/{id}/copy', { ...at(id), body: name ? { name } : {} }))
export const publishPlan = (id: number, version: number) =>
  call(api.POST('/api/plans/{id}/publish', { ...at(id), body: { version } }))
export const withdrawPlan = (id: number, version: number) =>
  call(api.POST('/api/plans/{id}/withdraw', { ...at(id), body: { version } }))
