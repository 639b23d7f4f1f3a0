/**
 * A polygon by its corners, as a pure reducer: points in pixels in, a ring out. The cursor is
 * where the pointer is, or where the arrow keys have moved it.
 */
import { finishedPath, maxVertices, type Pixel } from './lasso'

export type PolygonState = { corners: Pixel[]; cursor: Pixel | null }
export type PolygonAction =
  | { type: 'cursor'; at: Pixel }
  | { type: 'corner'; at: Pixel }
  | { type: 'back' }
  | { type: 'cancel' }

export const noPolygon: PolygonState = { corners: [], cursor: null }
/** Nearer than this to another corner is that corner. */
const samePixels = 6

const near = (a: Pixel | undefined, b: Pixel) =>
  a !== undefined && Math.hypot(a[0] - b[0], a[1] - b[1]) < samePixels

export function polygonReducer(state: PolygonState, action: PolygonAction): PolygonState {
  switch (action.type) {
    case 'cursor':
      return { ...state, cursor: action.at }
    case 'corner':
      // The second half of a double click, or one too many.
      if (near(state.corners.at(-1), action.at) || state.corners.length >= maxVertices) return state
      return { corners: [...state.corners, action.at], cursor: action.at }
    case 'back':
      return { ...state, corners: state.corners.slice(0, -1) }
    case 'cancel':
      return noPolygon
  }
}

/** Whether a click here closes the polygon: on its first corner, once there are three. */
export const closes = ({ corners }: PolygonState, at: Pixel) => corners.length >= 3 && near(corners[0], at)

/** The ring of the corners; null while they make no area. */
export const finishedPolygon = ({ corners }: PolygonState): Pixel[] | null => finishedPath(corners)
