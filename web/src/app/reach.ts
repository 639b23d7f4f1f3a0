/**
 * A drive-time area in the address bar and the API's filter: `reach=lon,lat,minutes`.
 * `reachOf` beside it is the account at whose place it begins; it names the area, nothing more.
 */
import type { Point } from '../api/types'

export type Reach = { point: Point; minutes: number }

/** What the API works out. */
export const mostMinutes = 120
/** What the slider offers. */
export const reachChoice = { least: 5, most: 60, step: 5, first: 20 } as const

/** Reads `lon,lat,minutes`; null when it is none. */
export function reachOf(text: string | undefined): Reach | null {
  const match = /^(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,2}(?:\.\d{1,12})?),(\d{1,3})$/.exec(text ?? '')
  if (!match) return null
  const [lon, lat, minutes] = match.slice(1).map(Number) as [number, number, number]
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90 || minutes < 1 || minutes > mostMinutes) return null
  return { point: [lon, lat], minutes }
}

/** Five places of a degree are a metre, as the server rounds. */
export const reachText = ({ point: [lon, lat], minutes }: Reach): string =>
  `${Number(lon.toFixed(5))},${Number(lat.toFixed(5))},${minutes}`
