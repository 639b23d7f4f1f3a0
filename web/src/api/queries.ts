/** Queries that more than one feature asks. */
import { keepPreviousData, queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { api, call, setCsrfToken } from './client'
import type { Me, Permission, Point } from './types'

export function adoptMe(me: Me): Me {
  setCsrfToken(me.csrfToken)
  return me
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => adoptMe(await call(api.GET('/api/me', { signal }))),
  staleTime: 5 * 60_000,
})

/** Who is signed in. Only below the signed-in routes, which load it first. */
export const useMe = () => useSuspenseQuery(meQuery).data

/** Whether the one who is signed in may do something: useMay('accounts.write'). */
export function useMay(permission: Permission) {
  return useMe().permissions?.includes(permission) ?? false
}

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/users', { signal }))).items ?? [],
  staleTime: 5 * 60_000,
})

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/teams', { signal }))).items ?? [],
  staleTime: 5 * 60_000,
})

export const extractQuery = queryOptions({
  queryKey: ['extract'],
  queryFn: ({ signal }) => call(api.GET('/api/extract', { signal })),
  staleTime: 10 * 60_000,
})

/** Addresses, streets, places and open prospects that match a text of two letters and more. */
export const placesQuery = (q: string, near?: Point) =>
  queryOptions({
    queryKey: ['places', q.trim(), near ?? null],
    queryFn: async ({ signal }) =>
      (
        await call(
          api.GET('/api/search/places', {
            params: { query: { q: q.trim(), limit: 8, ...(near ? { near: near.join(',') } : {}) } },
            signal,
          }),
        )
      ).items ?? [],
    enabled: q.trim().length >= 2,
    staleTime: 5 * 60_000,
    placeholderData: keepPreviousData,
  })

export const usePlaces = (q: string, near?: Point) => useQuery(placesQuery(q, near))
