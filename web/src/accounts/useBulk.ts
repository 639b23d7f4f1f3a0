/** One change of many accounts, as one batch that can be undone. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { type BulkSet, type Which, wire } from '../filters/wire'
import { useFormat } from '../i18n/format'

export type BulkChange = {
  set?: BulkSet
  addTags?: string[]
  removeTags?: string[]
  archive?: true
  restore?: true
}

type Done = { changed: number; batchId: number; state?: string }

export function useBulk() {
  const { t } = useTranslation('lists')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const renew = () => {
    for (const key of ['accounts', 'account', 'regions', 'selection', 'due', 'segments', 'fields'])
      void queryClient.invalidateQueries({ queryKey: [key] })
  }
  const undo = useMutation({
    mutationFn: async (id: number) =>
      (await call(wire.POST('/api/batches/{id}/undo', { params: { path: { id } } }))) as {
        restored: number
        skipped: number
      },
    onSuccess: ({ restored, skipped }) => {
      renew()
      const parts = [t('bulk.undone', { count: restored, formatted: format.number(restored) })]
      if (skipped > 0) parts.push(t('bulk.skipped', { count: skipped, formatted: format.number(skipped) }))
      toast(parts.join(' '))
    },
    onError: (error) => toastError(problemText(error)),
  })
  const change = useMutation({
    mutationFn: async ({ which, expected, ...body }: BulkChange & { which: Which; expected: number }) =>
      (await call(wire.POST('/api/accounts/bulk', { body: { ...which, ...body, expected } }))) as Done,
    onSuccess: ({ changed, batchId }, { archive }) => {
      renew()
      const values = { count: changed, formatted: format.number(changed) }
      toast(t(archive ? 'bulk.archived' : 'bulk.changed', values), () => undo.mutate(batchId))
    },
    onError: (error) => {
      renew()
      toastError(problemText(error))
    },
  })
  return change
}
