import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import type { Account } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { type AccountChange, type ChangeableField, disagreement, withChange, withoutChange } from './conflict'
import { accountQuery, adoptAccount } from './queries'

export type Conflict = { change: AccountChange; current: Account; fields: ChangeableField[] }

/**
 * Saves changes of one account, one after the other, shown at once. When someone
 * else changed it in between: what fits together is saved on top of theirs; what
 * does not becomes a `conflict` to decide.
 */
export function useSaveAccount(id: number) {
  const { t } = useTranslation('accounts')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const key = accountQuery(id).queryKey

  const mutation = useMutation({
    scope: { id: `account-${id}` },
    mutationFn: (change: AccountChange) =>
      call(
        api.PATCH('/api/accounts/{id}', {
          params: { path: { id } },
          body: { ...change, version: queryClient.getQueryData(key)?.version ?? 0 },
        }),
      ),
    onMutate: async (change) => {
      await queryClient.cancelQueries({ queryKey: key })
      const before = queryClient.getQueryData(key)
      if (before) queryClient.setQueryData(key, withChange(before, change))
      return { before }
    },
    onSuccess: (account) => adoptAccount(queryClient, account),
    onError: (error, change, context) => {
      const before = context?.before
      if (!before) return
      if (isProblem(error, 'conflict') && error.current) {
        const current = error.current as Account
        adoptAccount(queryClient, current)
        const fields = disagreement(before, change, current)
        if (fields.length > 0) setConflict({ change, current, fields })
        else {
          toast(t('conflict.joined'))
          mutation.mutate(change)
        }
        return
      }
      queryClient.setQueryData(key, (account) => account && withoutChange(account, change, before))
      toastError(problemText(error))
    },
  })

  return {
    save: (change: AccountChange) => mutation.mutate(change),
    saving: mutation.isPending,
    conflict,
    keepMine() {
      if (conflict) mutation.mutate(conflict.change)
      setConflict(null)
    },
    takeTheirs: () => setConflict(null),
  }
}
