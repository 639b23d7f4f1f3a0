import type { Point } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import type { MapPosition } from '../app/search'

/** From here on the map shows accounts one by one. */
const closeEnough = 12

/**
 * Where the map must go so that a point is seen by itself; null when it is already.
 * A map that nobody moved yet has no zoom.
 */
export function placeToShow(point: Point, bounds: Bounds | null, zoom = 0): MapPosition | null {
  const [lon, lat] = point
  const seen =
    bounds !== null &&
    lon > bounds[0] &&
    lon < bounds[2] &&
    lat > bounds[1] &&
    lat < bounds[3] &&
    zoom >= closeEnough
  return seen ? null : { lon, lat, zoom: Math.max(zoom, closeEnough + 1) }
}
