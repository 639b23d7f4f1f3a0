import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { api, call, setCsrfToken } from '../api/client'
import { useProblemText } from '../app/problemText'
import { toastError } from '../app/toast'

/** Signs out here, or on every device, and goes to sign-in with nothing left in memory. */
export function useSignOut({ everywhere = false } = {}) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const problemText = useProblemText()
  return useCallback(() => {
    void (async () => {
      try {
        await (everywhere ? call(api.DELETE('/api/sessions')) : call(api.DELETE('/api/session')))
      } catch (error) {
        toastError(problemText(error))
        return
      }
      setCsrfToken('')
      await navigate({ to: '/sign-in', search: {} })
      queryClient.clear()
    })()
  }, [everywhere, queryClient, navigate, problemText])
}
