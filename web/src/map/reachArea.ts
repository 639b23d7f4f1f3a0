/** The drive-time area of the filter: asked for, drawn, and looked at as a whole. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { MultiPolygon, Position } from 'geojson'
import { api, call } from '../api/client'
import { type Reach, reachChoice, reachOf } from '../app/reach'
import type { Bounds } from './layers/outside'

export type ReachArea = { reach: Reach; polygon: MultiPolygon }

/** The area of `lon,lat,minutes`; the one before it until the next is there. */
export function useReachArea(text: string | undefined) {
  const reach = reachOf(text)
  return useQuery({
    queryKey: ['reach', text],
    queryFn: async ({ signal }): Promise<ReachArea & { text: string | undefined }> => {
      const { point, minutes } = reach as Reach
      const { polygon } = await call(
        api.GET('/api/reach', { params: { query: { point: point.join(), minutes } }, signal }),
      )
      return { text, reach: { point, minutes }, polygon: polygon as MultiPolygon }
    },
    enabled: reach !== null,
    staleTime: 10 * 60_000,
    placeholderData: reach === null ? undefined : keepPreviousData,
  })
}

/** The box around an area; null around nothing. */
export function boundsOfArea({ coordinates }: MultiPolygon): Bounds | null {
  // Only outer rings: holes lie inside of them.
  const points: Position[] = coordinates.flatMap(([outer]) => outer ?? [])
  if (points.length === 0) return null
  const box: Bounds = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (const [lon = 0, lat = 0] of points) {
    box[0] = Math.min(box[0], lon)
    box[1] = Math.min(box[1], lat)
    box[2] = Math.max(box[2], lon)
    box[3] = Math.max(box[3], lat)
  }
  return box
}

/** Choosing minutes: what the slider says before it is let go, and what the area has. */
export type MinutesState = { of: string; minutes: number; sliding: boolean }
export type MinutesAction =
  | { type: 'slide'; minutes: number }
  | { type: 'letGo'; minutes: number }
  /** The address bar says something else. */
  | { type: 'follow'; reach: string }

export const minutesFrom = (reach: string): MinutesState => ({
  of: reach,
  minutes: reachOf(reach)?.minutes ?? reachChoice.first,
  sliding: false,
})

export function minutesReducer(state: MinutesState, action: MinutesAction): MinutesState {
  switch (action.type) {
    case 'slide':
      return { ...state, minutes: action.minutes, sliding: true }
    case 'letGo':
      return { ...state, minutes: action.minutes, sliding: false }
    case 'follow':
      // A thumb that is held stays where the hand is.
      return state.sliding || action.reach === state.of ? state : minutesFrom(action.reach)
  }
}
