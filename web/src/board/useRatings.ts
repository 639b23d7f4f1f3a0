/** How well each day suits a visit that is being moved, by lane. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { laneKey } from './grouping'
import { placesForQuery } from './queries'
import type { Board, DayRating } from './types'

export function useRatings(board: Board, visitId: number | null): ReadonlyMap<string, DayRating> | null {
  const { data } = useQuery({
    ...placesForQuery(board.plan.id, board.plan.version, visitId ?? 0),
    enabled: visitId !== null,
  })
  return useMemo(
    () => (visitId === null || !data ? null : new Map(data.days.map((day) => [laneKey(day), day]))),
    [visitId, data],
  )
}
