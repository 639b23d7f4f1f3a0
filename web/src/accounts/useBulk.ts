/** One change of many accounts, as one batch that can be undone. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Body } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import type { Batch, Which } from '../filters/types'
import { useFormat } from '../i18n/format'

export type BulkChange = Pick<Body<'bulkAccounts'>, 'set' | 'addTags' | 'removeTags' | 'archive' | 'restore'>

const underWay = (state: Batch['state'] | undefined) =>
  state === 'queued' || state === 'running' || state === 'undoing'

/** Asks for everything again that a batch may have changed. */
function renewAll(queryClient: QueryClient) {
  for (const key of ['accounts', 'account', 'regions', 'selection', 'due', 'segments', 'fields'])
    void queryClient.invalidateQueries({ queryKey: [key] })
}

/** Events of the server renew this; asking again now and then is for those that were missed. */
const askAgainMillis = 4000

export function useBulk() {
  const { t } = useTranslation('lists')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [watched, setWatched] = useState<number | null>(null)
  const onError = (error: unknown) => {
    renewAll(queryClient)
    toastError(problemText(error))
  }
  const counted = (count: number) => ({ count, formatted: format.number(count) })

  const undo = useMutation({
    mutationFn: (id: number) => call(api.POST('/api/batches/{id}/undo', { params: { path: { id } } })),
    onSuccess: (batch) => {
      if (underWay(batch.state)) setWatched(batch.id)
      else sayUndone(batch)
    },
    onError,
  })
  const sayUndone = ({ restored, skipped }: Batch) => {
    renewAll(queryClient)
    const parts = [t('bulk.undone', counted(restored))]
    if (skipped > 0) parts.push(t('bulk.skipped', counted(skipped)))
    toast(parts.join(' '))
  }
  const sayDone = (batch: Batch) => {
    renewAll(queryClient)
    const archive = (batch.change as { archived?: boolean } | null)?.archived === true
    toast(t(archive ? 'bulk.archived' : 'bulk.changed', counted(batch.changed)), () => undo.mutate(batch.id))
  }

  const change = useMutation({
    mutationFn: ({ which, expected, ...body }: BulkChange & { which: Which; expected: number }) =>
      call(api.POST('/api/accounts/bulk', { body: { ...which, ...body, expected } })),
    onSuccess: ({ batch }) => {
      if (!underWay(batch.state)) return sayDone(batch)
      setWatched(batch.id)
      // Undoing is offered once it is done: until then the server would refuse.
      toast(t('bulk.working', counted(batch.total)))
    },
    onError,
  })

  const { data } = useQuery({
    queryKey: ['batch', watched],
    queryFn: ({ signal }) =>
      call(api.GET('/api/batches/{id}', { params: { path: { id: watched ?? 0 } }, signal })),
    enabled: watched !== null,
    refetchInterval: askAgainMillis,
  })
  const said = useRef<string>('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each state of a batch
  useEffect(() => {
    if (!data || underWay(data.state) || said.current === `${data.id} ${data.state}`) return
    said.current = `${data.id} ${data.state}`
    setWatched(null)
    if (data.state === 'done') sayDone(data)
    else if (data.state === 'undone') sayUndone(data)
    else onError(new Error(data.error))
  }, [data])

  return { ...change, progress: watched !== null && data && data.total > 0 ? data.done / data.total : null }
}
