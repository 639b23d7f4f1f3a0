/** Circles on the globe, as rings of degrees. */
import type { Point } from '../api/types'

/** The mean radius of the earth (IUGG), metres. */
const earth = 6371008.8
const rad = Math.PI / 180

/** Metres along the great circle between two places (haversine). */
export function metresBetween([lonA, latA]: Point, [lonB, latB]: Point): number {
  const h =
    Math.sin(((latB - latA) * rad) / 2) ** 2 +
    Math.cos(latA * rad) * Math.cos(latB * rad) * Math.sin(((lonB - lonA) * rad) / 2) ** 2
  return 2 * earth * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The corners of a circle: so many that none of its sides lies 0.1 % inside. */
const corners = 72

/** The ring of the places that far from the middle, not closed. */
export function circleAround([lon, lat]: Point, metres: number): Point[] {
  const angle = metres / earth
  return Array.from({ length: corners }, (_, i): Point => {
    const bearing = (2 * Math.PI * i) / corners
    const sinLat =
      Math.sin(lat * rad) * Math.cos(angle) + Math.cos(lat * rad) * Math.sin(angle) * Math.cos(bearing)
    const dLon = Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat * rad),
      Math.cos(angle) - Math.sin(lat * rad) * sinLat,
    )
    return [lon + dLon / rad, Math.asin(sinLat) / rad]
  })
}
