/** Changes of a plan's order by hand: at once on the screen, exact times from the server. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import type { Plan } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import {
  canRedo,
  canUndo,
  type History,
  noHistory,
  orderOf,
  recorded,
  reordered,
  same,
  stepped,
} from './order'
import { adoptPlan, optimisePlan, placeStop, planQuery, reorderPlan } from './queries'

export function usePlanEdits(id: number) {
  const { t } = useTranslation('plan')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { queryKey } = planQuery(id)
  const [history, setHistory] = useState<History>(noHistory)

  const reorder = useMutation({
    // One after the other: each needs the version that the one before made.
    scope: { id: `plan-${id}` },
    mutationFn: (order: number[]) =>
      reorderPlan(id, queryClient.getQueryData<Plan>(queryKey)?.version ?? 0, order),
    onMutate: async (order) => {
      await queryClient.cancelQueries({ queryKey })
      const before = queryClient.getQueryData<Plan>(queryKey)
      if (before) queryClient.setQueryData(queryKey, reordered(before, order))
      return { before }
    },
    onSuccess: (plan) => adoptPlan(queryClient, plan),
    onError: (error, _, context) => {
      const current = isProblem(error, 'conflict') ? (error.current as Plan | undefined) : undefined
      setHistory(noHistory)
      if (current?.id === id) {
        adoptPlan(queryClient, current)
        toast(t('edit.conflict'))
        return
      }
      if (context?.before) queryClient.setQueryData(queryKey, context.before)
      void queryClient.invalidateQueries({ queryKey })
      toastError(problemText(error))
    },
  })

  const optimise = useMutation({
    scope: { id: `plan-${id}` },
    mutationFn: () => optimisePlan(id, queryClient.getQueryData<Plan>(queryKey)?.version ?? 0),
    onSuccess: (plan) => adoptPlan(queryClient, plan),
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey })
      toastError(isProblem(error, 'conflict') ? t('edit.conflict') : problemText(error))
    },
  })

  const place = useMutation({
    scope: { id: `plan-${id}` },
    mutationFn: (to: { siteId: number; position: number }) =>
      placeStop(id, queryClient.getQueryData<Plan>(queryKey)?.version ?? 0, to.siteId, to.position),
    onSuccess: (plan) => {
      setHistory(noHistory) // an order alone does not bring a lock back
      adoptPlan(queryClient, plan)
    },
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey })
      toastError(isProblem(error, 'conflict') ? t('edit.conflict') : problemText(error))
    },
  })

  const now = () => {
    const plan = queryClient.getQueryData<Plan>(queryKey)
    return plan ? orderOf(plan) : []
  }
  const step = (by: -1 | 1) => {
    const next = stepped(history, by)
    if (!next.order) return
    setHistory(next.history)
    reorder.mutate(next.order)
  }

  return {
    /** A new order of the stops; sites left out become unplanned, unplanned ones are put in. */
    setOrder(order: number[]) {
      const before = now()
      if (same(before, order)) return
      setHistory((known) => recorded(known, before, order))
      reorder.mutate(order)
    },
    undo: canUndo(history) ? () => step(-1) : null,
    redo: canRedo(history) ? () => step(1) : null,
    optimise() {
      setHistory((known) => recorded(known, now(), now()))
      optimise.mutate()
    },
    /** Times on the screen are those of the order before. */
    pending: reorder.isPending || place.isPending,
    /** Locks a stop as the first (1), the last (-1) or another one; 0 releases it. */
    place: (siteId: number, position: number) => place.mutate({ siteId, position }),
    optimising: optimise.isPending,
  }
}
