/**
 * Changes of the board by hand: at once on the screen, exact times from the server. When
 * the plan was changed elsewhere meanwhile, the server's state is shown and what was meant
 * is kept, to be done again or dropped.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { stillPossible, touched, withMoves } from './moves'
import { applyMoves, boardQuery, headQuery, redoPlan, undoPlan } from './queries'
import type { Board, Effect, Move } from './types'

type Change = { moves: Move[]; effect?: Effect | undefined }
/** What could not be done, and on which state of the plan that was found out. */
export type Conflict = { moves: Move[] }

export function useBoardEdits(id: number) {
  const { t } = useTranslation('board')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { queryKey } = boardQuery(id)
  const waiting = useRef<Change[]>([])
  /** The board as the server last told it: what a refused change goes back to. */
  const told = useRef<Board | null>(null)
  const [stale, setStale] = useState<ReadonlySet<string>>(new Set())
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const scope = { id: `board-${id}` }
  const now = () => queryClient.getQueryData<Board>(queryKey)
  const version = () => (told.current ?? now())?.plan.version ?? 0

  /** Shows the server's board with what is still on its way on top of it. */
  const adopt = (board: Board) => {
    told.current = waiting.current.length > 0 ? board : null
    const shown = waiting.current.reduce((known, { moves, effect }) => withMoves(known, moves, effect), board)
    queryClient.setQueryData(queryKey, shown)
    queryClient.setQueryData(headQuery(id).queryKey, board.plan)
    setStale(new Set(waiting.current.flatMap(({ moves }) => touched(shown, moves))))
  }
  const settled = (change: Change) => {
    waiting.current = waiting.current.filter((other) => other !== change)
  }
  const currentOf = (error: unknown) => {
    const current = isProblem(error, 'conflict') ? (error.current as Board | undefined) : undefined
    return current?.plan?.id === id ? current : null
  }

  const change = useMutation({
    scope,
    mutationFn: ({ moves }: Change) => applyMoves(id, version(), moves),
    onMutate: async (made) => {
      setConflict(null)
      waiting.current = [...waiting.current, made]
      await queryClient.cancelQueries({ queryKey })
      const before = now()
      if (!before) return
      told.current ??= before
      setStale((known) => new Set([...known, ...touched(before, made.moves)]))
      queryClient.setQueryData(queryKey, withMoves(before, made.moves, made.effect))
    },
    onSuccess: (board, made) => {
      settled(made)
      adopt(board)
      void queryClient.invalidateQueries({ queryKey: ['plans'] })
    },
    onError: (error, made) => {
      settled(made)
      const current = currentOf(error)
      const back = current ?? told.current
      if (back) adopt(back)
      if (current) {
        setConflict({ moves: stillPossible(current, made.moves) })
        return
      }
      void queryClient.invalidateQueries({ queryKey })
      toastError(problemText(error))
    },
  })

  const step = useMutation({
    scope,
    mutationFn: (by: 'undo' | 'redo') => (by === 'undo' ? undoPlan : redoPlan)(id, version()),
    onSuccess: (board) => {
      adopt(board)
      void queryClient.invalidateQueries({ queryKey: ['plans'] })
    },
    onError: (error) => {
      const current = currentOf(error)
      if (current) {
        adopt(current)
        toast(t('conflict.undo'))
        return
      }
      void queryClient.invalidateQueries({ queryKey })
      toastError(problemText(error))
    },
  })

  return {
    apply: (moves: Move[], effect?: Effect) => change.mutate({ moves, effect }),
    undo: () => step.mutate('undo'),
    redo: () => step.mutate('redo'),
    adopt,
    /** Lanes whose times are those of before. */
    stale,
    busy: change.isPending || step.isPending,
    conflict,
    retryConflict() {
      if (!conflict) return
      setConflict(null)
      if (conflict.moves.length > 0) change.mutate({ moves: conflict.moves })
    },
    dropConflict: () => setConflict(null),
  }
}

export type BoardEdits = ReturnType<typeof useBoardEdits>
