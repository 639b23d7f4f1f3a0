import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'

/** Accounts, contacts and places by what was typed; '' : what one has opened lately. */
export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/search', { params: { query: q ? { q, limit: 12 } : { limit: 6 } }, signal })))
        .items ?? [],
    staleTime: 20_000,
    placeholderData: q ? keepPreviousData : undefined,
  })
