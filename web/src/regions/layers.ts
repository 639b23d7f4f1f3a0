/** The hexagons of a sheet as a source and layers of the map. */
import type { Feature, FeatureCollection, Polygon, Position } from 'geojson'
import { cellToBoundary } from 'h3-js'
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { MapPalette } from '../map/palette'
import { opacity, pairSteps } from './ramps'
import type { Sheet } from './sheet'

/** A hexagon's outline, closed. Where it crosses the antimeridian it goes on beyond 180°. */
export function outline(cell: string): Position[] {
  const ring = cellToBoundary(cell, true)
  const first = ring[0]?.[0] ?? 0
  return ring.map(([lon, lat]) => [lon - first > 180 ? lon - 360 : lon - first < -180 ? lon + 360 : lon, lat])
}

/** Outlines are worked out once a hexagon: a pan brings most of them again. */
const outlines = new Map<string, Position[]>()
const mostOutlines = 60_000

function outlineOf(cell: string): Position[] {
  let ring = outlines.get(cell)
  if (!ring) {
    if (outlines.size >= mostOutlines) outlines.clear()
    ring = outline(cell)
    outlines.set(cell, ring)
  }
  return ring
}

export function sheetSource(cells: Sheet['cells']): GeoJSONSourceSpecification {
  const features = cells.map(
    ({ cell, v, w }): Feature<Polygon> => ({
      type: 'Feature',
      properties: w === undefined ? { cell, v } : { cell, v, w },
      geometry: { type: 'Polygon', coordinates: [outlineOf(cell)] },
    }),
  )
  return {
    type: 'geojson',
    data: { type: 'FeatureCollection', features } satisfies FeatureCollection,
    tolerance: 0.2,
    buffer: 16,
    maxzoom: 12,
  }
}

/** The hexagons that are marked, whether or not they have a figure. */
export function markedSource(cells: readonly string[]): GeoJSONSourceSpecification {
  return {
    type: 'geojson',
    data: {
      type: 'FeatureCollection',
      features: cells.map((cell) => ({
        type: 'Feature',
        properties: { cell },
        geometry: { type: 'Polygon', coordinates: [outlineOf(cell)] },
      })),
    },
    tolerance: 0.1,
  }
}

const step = (
  value: ExpressionSpecification,
  ends: readonly number[],
  lowest: number,
): ExpressionSpecification =>
  // An end at minus infinity is no step: everything below the next one is in that class.
  [
    'step',
    value,
    Number.isFinite(ends[0]) ? lowest : 0,
    ...ends.flatMap((end, i) => (Number.isFinite(end) ? [end, i] : [])),
  ] as unknown as ExpressionSpecification

const v: ExpressionSpecification = ['get', 'v']
const w: ExpressionSpecification = ['get', 'w']

/** The class of a hexagon as an index of the sheet's colours; -1 for none. */
export function colourIndex({
  ends,
  endsW,
}: Pick<Sheet, 'ends' | 'endsW'>): ExpressionSpecification | ['literal', number] {
  if (!endsW) return ends.some(Number.isFinite) ? step(v, ends, -1) : ['literal', ends.length - 1]
  const part = (value: ExpressionSpecification, of: readonly number[]): ExpressionSpecification | number =>
    of.length > 1 ? ['max', 0, step(value, of, -1)] : 0
  return ['+', ['*', pairSteps, part(w, endsW)], part(v, ends)]
}

/** Fill and lines of a sheet; what is not looked at is hardly there. */
export function sheetLayers(p: MapPalette, sheet: Sheet, only: readonly number[]): LayerSpecification[] {
  const index = colourIndex(sheet)
  const colours: ExpressionSpecification | string =
    sheet.colours.length === 0
      ? p.land
      : ([
          'match',
          index,
          ...sheet.colours.flatMap((colour, i) => [i, colour]),
          p.land,
        ] as unknown as ExpressionSpecification)
  const seen: ExpressionSpecification | number =
    only.length === 0
      ? ['case', ['<', index, 0], 0.05, opacity]
      : ['case', ['in', index, ['literal', [...only]]], opacity, 0.07]
  return [
    {
      id: 'region',
      type: 'fill',
      source: 'regions',
      paint: { 'fill-color': colours, 'fill-opacity': seen },
    },
    {
      id: 'region-line',
      type: 'line',
      source: 'regions',
      paint: {
        'line-color': p.scheme === 'dark' ? '#0b1013' : '#ffffff',
        'line-width': 0.6,
        'line-opacity': 0.7,
      },
    },
  ]
}

/** Above streets: those that are picked, the hexagon that is looked into, the one under the pointer. */
export const markedLayers = (p: MapPalette): LayerSpecification[] => [
  {
    id: 'picked-fill',
    type: 'fill',
    source: 'picked',
    paint: { 'fill-color': p.marks.lasso, 'fill-opacity': 0.22 },
  },
  {
    id: 'picked-line',
    type: 'line',
    source: 'picked',
    paint: { 'line-color': p.marks.lasso, 'line-width': 2.5 },
  },
  {
    id: 'looked-into-case',
    type: 'line',
    source: 'looked-into',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.markLine, 'line-width': 6 },
  },
  {
    id: 'looked-into',
    type: 'line',
    source: 'looked-into',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.ink, 'line-width': 3 },
  },
  // A source of its own: marking one of thousands would send all of them to the screen's memory again.
  {
    id: 'hovered',
    type: 'line',
    source: 'hovered',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.ink, 'line-width': 2 },
  },
]
