/** What the pages of territories ask the server. Everything of an alignment is below ['alignment', id]. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { operations } from '../api/schema.gen'
import type { Outlines } from './geojson'
import type { Edit } from './painting'
import type { AlignmentState } from './types'

export const alignmentsQuery = queryOptions({
  queryKey: ['alignments'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/alignments', { signal }))).items ?? [],
})

/** States in which the server works on an alignment. */
export const isBusy = (state: AlignmentState | undefined) => state === 'publishing' || state === 'withdrawing'

export const alignmentQuery = (id: number) =>
  queryOptions({
    queryKey: ['alignment', id, 'full'],
    queryFn: ({ signal }) => call(api.GET('/api/alignments/{id}', { params: { path: { id } }, signal })),
    // Events tell of progress; asking is for those whose stream is cut off.
    refetchInterval: (query) =>
      isBusy(query.state.data?.state) || isSearching(query.state.data?.balance?.state) ? 2_000 : false,
  })

export const isSearching = (state: string | undefined) => state === 'queued' || state === 'running'

/** All cells of the ground. Dropped with the page, since what is painted is not written into it. */
export const cellsQuery = (id: number) =>
  queryOptions({
    queryKey: ['alignment', id, 'cells'],
    queryFn: ({ signal }) =>
      call(api.GET('/api/alignments/{id}/cells', { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })

export const historyQuery = (id: number, version: number) =>
  queryOptions({
    queryKey: ['alignment', id, 'history', version],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/alignments/{id}/history', { params: { path: { id } }, signal }))).items ?? [],
    placeholderData: keepPreviousData,
  })

export const commentsQuery = (id: number) =>
  queryOptions({
    queryKey: ['alignment', id, 'comments'],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/alignments/{id}/comments', { params: { path: { id } }, signal }))).items ??
      [],
  })

export const exceptionsQuery = (id: number, version: number) =>
  queryOptions({
    queryKey: ['alignment', id, 'exceptions', version],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/alignments/{id}/exceptions', { params: { path: { id } }, signal }))).items ??
      [],
    placeholderData: keepPreviousData,
  })

/** What an alignment is compared with: the live one, or another by its id. */
export type Other = 'live' | number

export const compareQuery = (id: number, version: number, other: Other) =>
  queryOptions({
    queryKey: ['alignment', id, 'compare', other, version],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/alignments/{id}/compare', {
          params: { path: { id }, query: { with: String(other) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

/** Which accounts of a comparison: those that a figure of it counts. */
export type MovesAsked = Pick<
  NonNullable<operations['listAlignmentMoves']['parameters']['query']>,
  'change' | 'from' | 'to' | 'fromOwner' | 'toOwner'
>

export const movesQuery = (id: number, version: number, other: Other, asked: MovesAsked) =>
  infiniteQueryOptions({
    queryKey: ['alignment', id, 'moves', other, version, asked],
    queryFn: ({ signal, pageParam }) =>
      call(
        api.GET('/api/alignments/{id}/moves', {
          params: {
            path: { id },
            query: { ...asked, with: String(other), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })

/** Named areas of the extract: counties, towns, postcodes. */
export const boundariesQuery = (q: string) =>
  queryOptions({
    queryKey: ['boundaries', q],
    queryFn: async ({ signal }) =>
      (
        await call(
          api.GET('/api/places/boundaries', {
            params: { query: { limit: 20, ...(q ? { q } : {}) } },
            signal,
          }),
        )
      ).items ?? [],
    staleTime: 5 * 60_000,
    placeholderData: keepPreviousData,
  })

/** Accounts by a part of their name, of two letters and more. */
export const accountsNamedQuery = (q: string) =>
  queryOptions({
    queryKey: ['accounts', 'named', q],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/accounts', { params: { query: { q, limit: 12 } }, signal }))).items ?? [],
    enabled: q.length >= 2,
  })

const at = (id: number) => ({ params: { path: { id } } })
export const createAlignment = (body: { name: string; copyOf?: number; resolution?: number }) =>
  call(api.POST('/api/alignments', { body }))
export const renameAlignment = (id: number, version: number, name: string) =>
  call(api.PATCH('/api/alignments/{id}', { ...at(id), body: { version, name } }))
export const deleteAlignment = (id: number) => call(api.DELETE('/api/alignments/{id}', at(id)))

export const editAlignment = (id: number, version: number, edits: Edit[]) =>
  call(api.POST('/api/alignments/{id}/edits', { ...at(id), body: { version, edits } }))
export const lockCells = (id: number, version: number, cells: string[], locked: boolean) =>
  call(
    api.POST('/api/alignments/{id}/locks', {
      ...at(id),
      body: { version, cells: cells as [string, ...string[]], locked },
    }),
  )
export const undoAlignment = (id: number, version: number) =>
  call(api.POST('/api/alignments/{id}/undo', { ...at(id), body: { version } }))
export const redoAlignment = (id: number, version: number) =>
  call(api.POST('/api/alignments/{id}/redo', { ...at(id), body: { version } }))
export const importAlignment = (request: {
  name: string
  resolution: number
  property: string
  outlines: Outlines
}) =>
  call(
    api.POST('/api/alignments/import', {
      body: {
        name: request.name,
        resolution: request.resolution,
        property: request.property,
        geojson: request.outlines as unknown as Record<string, never>,
      },
    }),
  )
export const fillTerritory = (
  id: number,
  body: { version: number; territory: number; place: number; over: boolean },
) => call(api.POST('/api/alignments/{id}/fill', { ...at(id), body }))
