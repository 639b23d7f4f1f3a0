/**
 * Changes made in the list: shown at once, saved account by account. When someone else
 * changed an account in between, what fits together is saved on top of theirs; what does
 * not becomes a `conflict` to decide.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import type { Account } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import type { Row } from './columns'
import { type AccountChange, disagreement } from './conflict'
import { accountQuery } from './queries'
import type { Conflict } from './useSaveAccount'

export type RowEdit = { row: Row; change: AccountChange }

type Page = { items: Row[] | null }
/** Requests under way at once. */
const atOnce = 4

type CustomChange = { custom?: Record<string, unknown> }

/** A row with a change on it; custom fields one by one. */
export function changedRow(row: Row, change: AccountChange): Row {
  const { custom } = change as CustomChange
  const next = { ...row, ...change } as Row
  if (custom) next.custom = { ...row.custom, ...custom }
  return next
}

/** What puts a row back as it was. */
export function inverseOf({ row, change }: RowEdit): AccountChange {
  const { custom, ...plain } = change as AccountChange & CustomChange
  const old = Object.fromEntries(Object.keys(plain).map((key) => [key, row[key as keyof Row]]))
  if (!custom) return old as AccountChange
  const before = Object.fromEntries(Object.keys(custom).map((key) => [key, row.custom?.[key] ?? null]))
  return { ...old, custom: before } as AccountChange
}

export function useSaveRows() {
  const { t } = useTranslation('lists')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [conflict, setConflict] = useState<Conflict | null>(null)
  // One account's changes are saved one after the other.
  const queues = useRef(new Map<number, Promise<unknown>>())
  const versions = useRef(new Map<number, number>())

  const show = useCallback(
    (id: number, change: (row: Row) => Row) =>
      queryClient.setQueriesData<Page>({ queryKey: ['accounts', 'rows'] }, (page) =>
        page?.items?.some((row) => row.id === id)
          ? { ...page, items: page.items.map((row) => (row.id === id ? change(row) : row)) }
          : page,
      ),
    [queryClient],
  )

  /** Gives the account as it is stored now; null when it was not changed. */
  const saveOne = useCallback(
    async ({ row, change }: RowEdit): Promise<Account | null> => {
      const put = (version: number) =>
        call(
          api.PATCH('/api/accounts/{id}', { params: { path: { id: row.id } }, body: { ...change, version } }),
        )
      const adopt = (account: Account) => {
        versions.current.set(row.id, account.version)
        show(row.id, (known) => changedRow({ ...known, version: account.version }, change))
        queryClient.setQueryData(accountQuery(row.id).queryKey, account)
        return account
      }
      const version = Math.max(row.version, versions.current.get(row.id) ?? 0)
      try {
        return adopt(await put(version))
      } catch (error) {
        if (!isProblem(error, 'conflict') || !error.current) throw error
        const current = error.current as Account
        const fields = disagreement(row as unknown as Account, change, current)
        if (fields.length === 0) {
          const saved = adopt(await put(current.version))
          toast(t('edit.joined', { name: row.name }))
          return saved
        }
        versions.current.set(row.id, current.version)
        setConflict({ change, current, fields })
        return null
      }
    },
    [queryClient, show, t],
  )

  const save = useCallback(
    async (edits: RowEdit[], said?: string) => {
      for (const { row, change } of edits) show(row.id, (known) => changedRow(known, change))
      const done: RowEdit[] = []
      const failed: unknown[] = []
      const waiting = [...edits]
      const work = async () => {
        for (let edit = waiting.shift(); edit; edit = waiting.shift()) {
          const current = edit
          const before = queues.current.get(edit.row.id) ?? Promise.resolve()
          const mine = before.then(
            () => saveOne(current),
            () => saveOne(current),
          )
          queues.current.set(edit.row.id, mine)
          try {
            if (await mine) done.push(edit)
          } catch (error) {
            failed.push(error)
            const old = inverseOf(edit)
            show(edit.row.id, (known) => changedRow(known, old))
          } finally {
            if (queues.current.get(current.row.id) === mine) queues.current.delete(current.row.id)
          }
        }
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, edits.length) }, work))
      for (const key of ['regions', 'selection', 'due', 'segments'])
        void queryClient.invalidateQueries({ queryKey: [key] })
      // The tiles show status and owner, too.
      void queryClient.invalidateQueries({ queryKey: ['accounts', 'drawn'] })
      if (failed.length > 0)
        toastError(
          edits.length === 1
            ? problemText(failed[0])
            : t('edit.someFailed', { count: failed.length, text: problemText(failed[0]) }),
        )
      if (said && done.length > 0)
        toast(
          said,
          () =>
            void save(
              done.map((edit) => ({
                row: changedRow(edit.row, edit.change),
                change: inverseOf(edit),
              })),
            ),
        )
    },
    [queryClient, saveOne, show, problemText, t],
  )

  return {
    save,
    conflict,
    keepMine() {
      if (!conflict) return
      const { current, change } = conflict
      setConflict(null)
      void save([{ row: { ...(current as unknown as Row) }, change }])
    },
    takeTheirs() {
      setConflict(null)
      void queryClient.invalidateQueries({ queryKey: ['accounts', 'rows'] })
    },
  }
}
