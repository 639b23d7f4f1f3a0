/** What the planner board asks the server. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { FeatureCollection, LineString } from 'geojson'
import { api, call } from '../api/client'
import { isOpen } from '../plan/queries'
import type {
  Board,
  Comparison,
  Effect,
  HistoryItem,
  Move,
  PeriodRequest,
  PlanHead,
  Proposals,
  SuitablePlaces,
} from './types'

type Loose = (
  path: string,
  init: { params?: unknown; body?: unknown; signal?: AbortSignal },
) => Promise<{ data?: unknown; error?: unknown; response: Response }>
const get = api.GET as unknown as Loose
const post = api.POST as unknown as Loose
const ask = <T>(answer: ReturnType<Loose>) => call(answer) as Promise<T>

/** The board below the plan's own key: the server's events about the plan renew both. */
export const boardQuery = (id: number) =>
  queryOptions({
    queryKey: ['plan', id, 'board'],
    queryFn: ({ signal }) => ask<Board>(get('/api/plans/{id}/board', { params: { path: { id } }, signal })),
    // The board fills while the best so far gets better.
    refetchOnMount: (query) => (isOpen(query.state.data?.plan.state) ? 'always' : true),
    refetchInterval: (query) => (isOpen(query.state.data?.plan.state) ? 1_500 : false),
  })

export type PlanLines = FeatureCollection<LineString, { repId: number; day: string; position: number }>

/** The lines of a version: all lanes simplified, or one in full. */
export const linesQuery = (id: number, version: number, lane?: { repId: number; day: string }) =>
  queryOptions({
    queryKey: ['plan-lines', id, version, lane ?? null],
    queryFn: ({ signal }) =>
      ask<PlanLines>(get('/api/plans/{id}/lines', { params: { path: { id }, query: { ...lane } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })

/** What moves would do; given up as soon as another is asked for. */
export const effectQuery = (id: number, version: number, moves: Move[]) =>
  queryOptions({
    queryKey: ['plan-effect', id, version, moves],
    queryFn: ({ signal }) =>
      ask<Effect>(
        post('/api/plans/{id}/moves/preview', { params: { path: { id } }, body: { moves }, signal }),
      ),
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
      ask<SuitablePlaces>(
        get('/api/plans/{id}/places', { params: { path: { id }, query: { visitId } }, signal }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })

export type DaysRequest = { siteId: number; minutes?: number; repId: number; from: string; to: string }

/** On which days a visit suits a rep, beside what is planned. */
export const suitableDaysQuery = (body: DaysRequest) =>
  queryOptions({
    queryKey: ['suitable-days', body],
    queryFn: ({ signal }) => ask<SuitablePlaces>(post('/api/visits/suitable-days', { body, signal })),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })

export const historyQuery = (id: number, version: number) =>
  queryOptions({
    queryKey: ['plan-history', id, version],
    queryFn: async ({ signal }) =>
      (
        await ask<{ items: HistoryItem[] }>(
          get('/api/plans/{id}/history', { params: { path: { id } }, signal }),
        )
      ).items ?? [],
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })

export const compareQuery = (a: number, b: number) =>
  queryOptions({
    queryKey: ['plan-compare', a, b],
    queryFn: ({ signal }) =>
      ask<Comparison>(get('/api/plans/compare', { params: { query: { a, b } }, signal })),
  })

export type Who = { repId?: number[]; teamId?: number }

export const proposalsQuery = (who: Who, from: string, to: string) =>
  queryOptions({
    queryKey: ['due', 'proposals', who, from, to],
    queryFn: ({ signal }) =>
      ask<Proposals>(
        get('/api/visits/proposals', { params: { query: { ...who, from, to, limit: 2000 } }, signal }),
      ),
    enabled: from !== '' && to >= from && (who.teamId !== undefined || (who.repId ?? []).length > 0),
    placeholderData: keepPreviousData,
  })

export const createPeriodPlan = (body: PeriodRequest) => ask<PlanHead>(post('/api/plans/periods', { body }))

const at = (id: number, body?: unknown) => ({
  params: { path: { id } },
  ...(body === undefined ? {} : { body }),
})

export const applyMoves = (id: number, version: number, moves: Move[]) =>
  ask<Board>(post('/api/plans/{id}/moves', at(id, { version, moves })))
export const undoPlan = (id: number, version: number) =>
  ask<Board>(post('/api/plans/{id}/undo', at(id, { version })))
export const redoPlan = (id: number, version: number) =>
  ask<Board>(post('/api/plans/{id}/redo', at(id, { version })))
export const improvePlan = (
  id: number,
  body: { version: number; seconds: number; repIds?: number[]; days?: string[] },
) => ask<PlanHead>(post('/api/plans/{id}/improve', at(id, body)))
export const abandonPlanning = (id: number) => ask<PlanHead>(post('/api/plans/{id}/abandon', at(id)))
export const stopPlanning = (id: number) => ask<PlanHead>(post('/api/plans/{id}/stop', at(id)))
export const copyPlan = (id: number, name?: string) =>
  ask<PlanHead>(post('/api/plans/{id}/copy', at(id, name ? { name } : {})))
export const publishPlan = (id: number, version: number) =>
  ask<PlanHead>(post('/api/plans/{id}/publish', at(id, { version })))
export const withdrawPlan = (id: number, version: number) =>
  ask<PlanHead>(post('/api/plans/{id}/withdraw', at(id, { version })))
