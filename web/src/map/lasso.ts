/**
 * Drawing a shape by hand, as a pure reducer: points in pixels in, a ring out.
 * `within` is the API's form of a ring: `lon,lat lon,lat …`, not closed, ≤ 500 vertices.
 */
import type { Polygon } from 'geojson'

export type Pixel = [x: number, y: number]
/**
 * `polygon` is drawn on a surface of its own (polygon.ts). `reach` chooses a place to drive from: a click, nothing drawn. `radius` keeps two
 * points, the middle and the place that the circle goes through.
 */
export type Tool = 'none' | 'lasso' | 'polygon' | 'rectangle' | 'radius' | 'reach'
export type LassoState = { tool: Tool; pointer: number | null; path: Pixel[] }
export type LassoAction =
  | { type: 'choose'; tool: Tool }
  | { type: 'down'; pointer: number; at: Pixel }
  | { type: 'move'; pointer: number; at: Pixel }
  | { type: 'up'; pointer: number }
  | { type: 'cancel' }

export const maxVertices = 500
/** Points closer than this to the last one say nothing new. */
const stepPixels = 3
/** A shape smaller than this on both sides was a click, not a shape. */
const leastPixels = 8

export const noLasso: LassoState = { tool: 'none', pointer: null, path: [] }

export function lassoReducer(state: LassoState, action: LassoAction): LassoState {
  switch (action.type) {
    case 'choose':
      return { ...noLasso, tool: action.tool === state.tool ? 'none' : action.tool }
    case 'down':
      // A second finger takes the drawing back: it is a pinch.
      if (state.pointer !== null) return { ...state, pointer: null, path: [] }
      return state.tool === 'none' || state.tool === 'reach' || state.tool === 'polygon'
        ? state
        : { ...state, pointer: action.pointer, path: [action.at] }
    case 'move': {
      if (state.pointer !== action.pointer) return state
      const first = state.path[0]
      const last = state.path.at(-1)
      if (!first || !last) return state
      if (state.tool === 'rectangle') return { ...state, path: corners(first, action.at) }
      if (state.tool === 'radius') return { ...state, path: [first, action.at] }
      if (Math.hypot(action.at[0] - last[0], action.at[1] - last[1]) < stepPixels) return state
      return { ...state, path: [...state.path, action.at] }
    }
    case 'up':
      return state.pointer === action.pointer ? { ...state, pointer: null } : state
    case 'cancel':
      return noLasso
  }
}

const corners = ([x0, y0]: Pixel, [x1, y1]: Pixel): Pixel[] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
]

/** The middle and a point of the circle that was drawn; null when it is too small to be meant. */
export function finishedCircle([middle, edge]: Pixel[]): [Pixel, Pixel] | null {
  if (!middle || !edge) return null
  return Math.hypot(edge[0] - middle[0], edge[1] - middle[1]) < leastPixels ? null : [middle, edge]
}

/** The shape of a finished drawing, simplified; null when it is too small to be meant. */
export function finishedPath(path: Pixel[]): Pixel[] | null {
  if (path.length < 3) return null
  const xs = path.map((p) => p[0])
  const ys = path.map((p) => p[1])
  if (Math.max(...xs) - Math.min(...xs) < leastPixels || Math.max(...ys) - Math.min(...ys) < leastPixels)
    return null
  let tolerance = 1.2
  let ring = simplify(path, tolerance)
  while (ring.length > maxVertices) {
    tolerance *= 1.6
    ring = simplify(path, tolerance)
  }
  return ring.length >= 3 ? ring : null
}

/** Douglas and Peucker, 1973: keeps every point farther than the tolerance from the line without it. */
export function simplify(path: Pixel[], tolerance: number): Pixel[] {
  const keep = new Set([0, path.length - 1])
  const open: [number, number][] = [[0, path.length - 1]]
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range
    const a = path[from]
    const b = path[to]
    if (!a || !b) continue
    let farthest = -1
    let distance = tolerance
    for (let i = from + 1; i < to; i++) {
      const d = distanceToSegment(path[i] as Pixel, a, b)
      if (d > distance) {
        distance = d
        farthest = i
      }
    }
    if (farthest > 0) {
      keep.add(farthest)
      open.push([from, farthest], [farthest, to])
    }
  }
  return path.filter((_, i) => keep.has(i))
}

function distanceToSegment(p: Pixel, a: Pixel, b: Pixel): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)
}

/** Five places of a degree are about a metre: enough for a hand. */
export const withinOf = (ring: [lon: number, lat: number][]): string =>
  ring.map(([lon, lat]) => `${Number(lon.toFixed(5))},${Number(lat.toFixed(5))}`).join(' ')

/** Reads `within` back as a closed polygon; null when it is none. */
export function polygonOf(within: string | undefined): Polygon | null {
  if (!within) return null
  const ring = within.split(' ').map((pair) => pair.split(',').map(Number))
  if (ring.length < 3 || ring.some((p) => p.length !== 2 || p.some((v) => !Number.isFinite(v)))) return null
  const first = ring[0] as number[]
  const last = ring.at(-1) as number[]
  return {
    type: 'Polygon',
    coordinates: [first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first]],
  }
}
