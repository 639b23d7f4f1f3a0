/** The value of a condition on a place, by its operation. */
import type { Point } from '../api/types'
import type { Condition } from './tree'

export type PlaceValue = {
  polygon?: Point[]
  center?: Point
  metres?: number
  minutes?: number
  profile?: string
  cells?: string[]
  box?: [west: number, south: number, east: number, north: number]
  /** Of a named area. */
  place?: number
  /** What the middle or the area is called; for people only. */
  name?: string
}

export const placeOf = ({ value }: Condition): PlaceValue => (value ?? {}) as PlaceValue

/** A place around which something is asked for. */
export const isAround = (op: string) => op === 'radius' || op === 'reach'

/** Whether a condition on a place says enough. */
export function isWholePlace(condition: Condition): boolean {
  const { polygon, center, cells, box, place } = placeOf(condition)
  switch (condition.op) {
    case 'within':
      return (polygon?.length ?? 0) > 2
    case 'cells':
      return (cells?.length ?? 0) > 0
    case 'box':
      return box?.length === 4
    case 'area':
      return place !== undefined
    default:
      return center !== undefined
  }
}

/** The ring of a lasso, as the map gives it. */
export const ringOf = (within: string): Point[] =>
  within.split(' ').map((pair) => pair.split(',').map(Number) as Point)

/** The box around a ring. */
export function boxOf(ring: Point[]): [number, number, number, number] {
  const lons = ring.map((p) => p[0])
  const lats = ring.map((p) => p[1])
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}
