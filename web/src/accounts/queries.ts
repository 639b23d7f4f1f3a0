import { infiniteQueryOptions, keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Account, AccountRow } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import type { AccountFilter, Sort } from '../app/search'

const pageSize = 100

/** The list's pages, each beginning where the one before it ended. */
export const accountsQuery = (filter: AccountFilter, sort?: Sort, bounds?: Bounds | null) =>
  infiniteQueryOptions({
    queryKey: ['accounts', filter, sort ?? null, bounds ?? null],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET('/api/accounts', {
          params: {
            query: {
              ...filter,
              ...(sort ? { sort } : {}),
              ...(bounds ? { bbox: bounds.join(',') } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
              limit: pageSize,
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const accountQuery = (id: number) =>
  queryOptions({
    queryKey: ['account', id],
    queryFn: ({ signal }) => call(api.GET('/api/accounts/{id}', { params: { path: { id } }, signal })),
  })

export const prospectQuery = (id: number) =>
  queryOptions({
    queryKey: ['prospect', id],
    queryFn: ({ signal }) => call(api.GET('/api/open-prospects/{id}', { params: { path: { id } }, signal })),
    staleTime: 5 * 60_000,
  })

/** Puts a changed account into the cache and renews what is counted from it. */
export function adoptAccount(queryClient: QueryClient, account: Account) {
  queryClient.setQueryData(accountQuery(account.id).queryKey, account)
  for (const key of ['accounts', 'regions', 'selection', 'due'])
    void queryClient.invalidateQueries({ queryKey: [key] })
}

/** An address on one line: "12 Main Street, 19711 Newark". */
export function addressOf(site: {
  housenumber: string
  street: string
  city: string
  postcode: string
}): string {
  const street = [site.housenumber, site.street].filter(Boolean).join(' ')
  const city = [site.postcode, site.city].filter(Boolean).join(' ')
  return [street, city].filter(Boolean).join(', ')
}

/** The primary sites of rows, for a plan; accounts without a place are left out. */
export const siteIdsOf = (rows: readonly AccountRow[]) =>
  rows.flatMap((row) => (row.site ? [row.site.id] : []))
