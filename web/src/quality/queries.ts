/** What the pages for places to check and duplicates ask the server. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Answer, Point } from '../api/types'

export type Repair = Answer<'getAddressRepair'>
export type Pair = NonNullable<Answer<'listDuplicates'>['items']>[number]
export type Merge = NonNullable<Answer<'listMerges'>['items']>[number]

export const repairsQuery = queryOptions({
  queryKey: ['repairs'],
  queryFn: ({ signal }) =>
    call(api.GET('/api/address-repairs', { params: { query: { limit: 200 } }, signal })),
})

export const repairQuery = (id: number) =>
  queryOptions({
    queryKey: ['repair', id],
    queryFn: ({ signal }) => call(api.GET('/api/address-repairs/{id}', { params: { path: { id } }, signal })),
  })

export const fixRepair = (id: number, point: Point | null) =>
  call(api.POST('/api/address-repairs/{id}/fix', { params: { path: { id } }, body: point ? { point } : {} }))

export const duplicatesQuery = (state: 'open' | 'different') =>
  queryOptions({
    queryKey: ['duplicates', state],
    queryFn: ({ signal }) =>
      call(api.GET('/api/duplicates', { params: { query: { state, limit: 100 } }, signal })),
    placeholderData: keepPreviousData,
  })

export const scanQuery = queryOptions({
  queryKey: ['duplicates', 'scan'],
  queryFn: ({ signal }) => call(api.GET('/api/duplicates/look', { signal })),
  refetchInterval: (query) => (query.state.data?.state === 'running' ? 1000 : false),
})

export const mergesQuery = queryOptions({
  queryKey: ['duplicates', 'merges'],
  queryFn: async ({ signal }) =>
    (await call(api.GET('/api/merges', { params: { query: { limit: 20 } }, signal }))).items ?? [],
})

export const findDuplicates = () => call(api.POST('/api/duplicates/look'))

export const decideDuplicate = (id: number, other: number, different: boolean) =>
  call(api.PUT('/api/duplicates/{id}/{other}', { params: { path: { id, other } }, body: { different } }))

export const mergeAccounts = (body: {
  winnerId: number
  winnerVersion: number
  loserId: number
  loserVersion: number
  fromLoser: string[]
}) => call(api.POST('/api/merges', { body }))

export const undoMerge = (id: number) => call(api.POST('/api/merges/{id}/undo', { params: { path: { id } } }))

export const similarQuery = (draft: {
  name: string
  phone: string
  email: string
  website: string
  point?: Point
}) =>
  queryOptions({
    queryKey: ['duplicates', 'similar', draft],
    queryFn: async ({ signal }) =>
      (
        await call(
          api.GET('/api/duplicates/similar', {
            params: {
              query: {
                name: draft.name,
                phone: draft.phone,
                email: draft.email,
                website: draft.website,
                ...(draft.point ? { point: draft.point.join(',') } : {}),
              },
            },
            signal,
          }),
        )
      ).items ?? [],
    enabled: draft.name.trim().length > 2,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  })
