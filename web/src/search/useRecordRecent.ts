/** Tells the server which account one looks at, once its page has it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { accountQuery } from '../accounts/queries'
import { api, call } from '../api/client'

export function useRecordRecent() {
  const queryClient = useQueryClient()
  const id = useLocation({
    select: ({ pathname }) => Number(/^\/accounts\/([1-9]\d*)$/.exec(pathname)?.[1] ?? 0),
  })
  // The page itself asks for it; this only listens.
  const known = useQuery({ ...accountQuery(id), enabled: false }).data?.id === id
  useEffect(() => {
    if (!known || id === 0) return
    call(api.POST('/api/recents', { body: { kind: 'account', id } })).then(
      () => queryClient.invalidateQueries({ queryKey: ['search', ''] }),
      (error: unknown) => console.warn('recent:', error), // it is only missing from the list of recent ones
    )
  }, [known, id, queryClient])
}
