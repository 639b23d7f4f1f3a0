/** The places that a filter asks for, to be drawn on the map. */
import type { MultiPolygon, Position } from 'geojson'
import { cellsShape } from '../map/cells'
import { circleAround } from '../map/circle'
import type { PlaceValue } from './place'
import { conditionsIn, type FilterNode } from './tree'

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

/** Drawn shapes, circles, boxes and hexagons of a filter; null when it asks for none. Drive times and named areas are the server's. */
export function shapesOf(tree: FilterNode | null): MultiPolygon | null {
  const rings = conditionsIn(tree).flatMap(({ condition }) => {
    if (condition.field !== 'place') return []
    const { cells } = (condition.value ?? {}) as PlaceValue
    if (condition.op === 'cells' && cells) return cellsShape(cells.join())?.coordinates ?? []
    const ring = ringOf(condition.op, (condition.value ?? {}) as PlaceValue)
    return ring ? [[ring]] : []
  })
  return rings.length > 0 ? { type: 'MultiPolygon', coordinates: rings } : null
}
