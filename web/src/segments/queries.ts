import { queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Segment } from '../filters/types'

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: async ({ signal }) =>
    ((await call(api.GET('/api/segments', { signal }))).items ?? []) as Segment[],
  staleTime: 60_000,
})

export const segmentQuery = (id: number) =>
  queryOptions({
    queryKey: ['segments', id],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/segments/{id}', { params: { path: { id } }, signal }))) as Segment,
  })

export const segmentHistoryQuery = (id: number) =>
  queryOptions({
    queryKey: ['segments', id, 'history'],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/segments/{id}/history', { params: { path: { id } }, signal }))).items ?? [],
  })
