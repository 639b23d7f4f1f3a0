/** Names of accounts that filters hold only as numbers; asked for when a sentence first needs one. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useReducer } from 'react'
import { accountQuery } from '../accounts/queries'

export function useAccountNames(): (id: number) => string {
  const queryClient = useQueryClient()
  const [version, renew] = useReducer((n: number) => n + 1, 0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another function, once a name is known
  return useCallback(
    (id: number) => {
      const query = accountQuery(id)
      const known = queryClient.getQueryState(query.queryKey)
      if (known?.data) return known.data.name
      // One that is gone, or not to be seen, keeps its number.
      if (known?.status !== 'error') queueMicrotask(() => void queryClient.prefetchQuery(query).then(renew))
      return `#${id}`
    },
    [queryClient, version],
  )
}
