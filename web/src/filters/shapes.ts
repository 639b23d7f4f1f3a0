/** The places that a filter asks for, to be drawn on the map. */
import type { MultiPolygon, Position } from 'geojson'
import type { Point } from '../api/types'
import { circleAround } from '../map/circle'
import { conditionsIn, type FilterNode } from './tree'

type PlaceValue = {
  polygon?: Point[]
  center?: Point
  metres?: number
  box?: [number, number, number, number]
}

const closed = (ring: Position[]): Position[] => (ring[0] ? [...ring, ring[0]] : ring)

function ringOf(op: string, { polygon, center, metres, box }: PlaceValue): Position[] | null {
  if (op === 'within' && polygon && polygon.length > 2) return closed(polygon)
  if (op === 'radius' && center && metres) return closed(circleAround(center, metres))
  if (op !== 'box' || !box) return null
  const [west, south, east, north] = box
  return closed([
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ])
}

/** Drawn shapes, circles and boxes of a filter; null when it asks for none. Drive times are not worked out here. */
export function shapesOf(tree: FilterNode | null): MultiPolygon | null {
  const rings = conditionsIn(tree).flatMap(({ condition }) => {
    if (condition.field !== 'place') return []
    const ring = ringOf(condition.op, (condition.value ?? {}) as PlaceValue)
    return ring ? [[ring]] : []
  })
  return rings.length > 0 ? { type: 'MultiPolygon', coordinates: rings } : null
}
