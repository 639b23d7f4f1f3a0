import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { applyServerEvent, eventNames } from './apply'

/** Listens to the server while someone is signed in. The browser reconnects by itself. */
export function useServerEvents() {
  const queryClient = useQueryClient()
  useEffect(() => {
    if (typeof EventSource === 'undefined') return
    const source = new EventSource('/api/events')
    let missed = false
    source.onerror = () => {
      missed = true
    }
    source.onopen = () => {
      // What happened while nobody listened is not sent again.
      if (missed) void queryClient.invalidateQueries()
      missed = false
    }
    for (const name of eventNames) {
      source.addEventListener(name, (event: MessageEvent<string>) =>
        applyServerEvent(queryClient, name, event.data),
      )
    }
    return () => source.close()
  }, [queryClient])
}
