import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem } from './problem'

/** Calls onSignedOut whenever the server says that nobody is signed in. */
export function makeQueryClient(onSignedOut: () => void) {
  const onError = (error: unknown) => {
    if (isProblem(error, 'unauthenticated')) onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        // Only what may pass by itself is tried again.
        retry: (count, error) =>
          count < 2 && isProblem(error) && ['offline', 'unavailable'].includes(error.code),
      },
      mutations: { retry: false },
    },
  })
}
