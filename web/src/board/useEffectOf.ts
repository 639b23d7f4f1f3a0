/** What a move would do, asked while it is being made: after a short rest, and given up when the aim changes. */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { isElsewhere, moveTo } from './moves'
import { effectQuery } from './queries'
import type { Board, Effect } from './types'
import type { Moving } from './view'

const rest = 70

export type EffectState = {
  effect: Effect | undefined
  /** The effect of this aim is on its way. */
  pending: boolean
  error: unknown
}

export function useEffectOf(board: Board, moving: Pick<Moving, 'visitId' | 'to'> | null): EffectState {
  const { visitId, to } = moving ?? { visitId: 0, to: undefined }
  const aim =
    visitId && to !== undefined && isElsewhere(board, visitId, to) ? JSON.stringify([visitId, to]) : ''
  const [asked] = useDebouncedValue(aim, rest)
  const [askedVisit, askedTo] = asked ? (JSON.parse(asked) as [number, Moving['to']]) : [0, undefined]
  const moves = asked && askedTo !== undefined ? [moveTo(askedVisit, askedTo)] : []
  const { data, error } = useQuery(effectQuery(board.plan.id, board.plan.version, moves))
  const answered = aim !== '' && aim === asked
  return {
    effect: answered ? data : undefined,
    pending: aim !== '' && !(answered && (data || error)),
    error: answered ? error : null,
  }
}
