/** The legs of a route: leg i leads to stop i, the last one to the end of the day. */
import type { Point, Route } from '../api/types'

/** Where a leg begins and ends; null when it leads nowhere, as the first one of a day that begins at its first visit. */
export function endsOfLeg(route: Route, leg: number): { from: Point; to: Point } | null {
  const { stops } = route
  const from = leg === 0 ? route.startPoint : stops[leg - 1]?.point
  const to = leg === stops.length ? route.endPoint : stops[leg]?.point
  const metres = leg === stops.length ? route.lastLegMetres : stops[leg]?.driveMetres
  return from && to && metres ? { from, to } : null
}

/** A leg by the two places it joins, so that it stays itself when the order around it changes. */
export const legKey = (route: Route, leg: number): string =>
  `${route.stops[leg - 1]?.siteId ?? 'start'}-${route.stops[leg]?.siteId ?? 'end'}`

/** The leg of a key in the order as it is now; -1 when there is none. */
export function legOf(route: Route | null, key: string | null): number {
  if (!route || key === null) return -1
  for (let leg = 0; leg <= route.stops.length; leg++) if (legKey(route, leg) === key) return leg
  return -1
}
