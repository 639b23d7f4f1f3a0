import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { operations } from '../api/schema.gen'
import type { Account, AccountRow } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import type { AccountFilter, Sort } from '../app/search'

export const pageSize = 100

type ListQuery = NonNullable<operations['listAccounts']['parameters']['query']>

/** A page of the list, beginning where the one before it ended. */
export const accountPageQuery = (
  filter: AccountFilter,
  sort: Sort | undefined,
  bounds: Bounds | null | undefined,
  cursor: string,
  limit = pageSize,
) =>
  queryOptions({
    queryKey: ['accounts', 'rows', filter, sort ?? null, bounds ?? null, cursor, limit],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/accounts', {
          params: {
            query: {
              ...filter,
              ...(sort ? { sort: sort as NonNullable<ListQuery['sort']> } : {}),
              ...(bounds ? { bbox: bounds.join(',') } : {}),
              ...(cursor ? { cursor } : {}),
              limit,
              total: false,
            },
          },
          signal,
        }),
      ),
  })

/** How many accounts the list has, asked for beside its rows, which are there sooner. */
export const accountCountQuery = (filter: AccountFilter, bounds: Bounds | null | undefined) =>
  queryOptions({
    queryKey: ['accounts', 'count', filter, bounds ?? null],
    queryFn: async ({ signal }) =>
      (
        await call(
          api.GET('/api/accounts/count', {
            params: { query: { ...filter, ...(bounds ? { bbox: bounds.join(',') } : {}) } },
            signal,
          }),
        )
      ).total,
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
