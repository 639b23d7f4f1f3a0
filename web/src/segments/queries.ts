import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/client'
import { type Segment, wire } from '../filters/wire'

export type SegmentDay = { day: string; total: number; joined: number; left: number }

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: async ({ signal }) =>
    ((await call(wire.GET('/api/segments', { signal }))) as { items: Segment[] | null }).items ?? [],
  staleTime: 60_000,
})

export const segmentQuery = (id: number) =>
  queryOptions({
    queryKey: ['segments', id],
    queryFn: async ({ signal }) =>
      (await call(wire.GET('/api/segments/{id}', { params: { path: { id } }, signal }))) as Segment,
  })

export const segmentHistoryQuery = (id: number) =>
  queryOptions({
    queryKey: ['segments', id, 'history'],
    queryFn: async ({ signal }) =>
      (
        (await call(wire.GET('/api/segments/{id}/history', { params: { path: { id } }, signal }))) as {
          items: SegmentDay[] | null
        }
      ).items ?? [],
  })
