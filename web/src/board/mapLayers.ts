/** What the map beside the board draws: the routes of some lanes, their stops by number, what is unplanned. */
import type { Feature, FeatureCollection, Point as GeoPoint, LineString } from 'geojson'
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { bold } from '../map/fonts'
import { byZoom } from '../map/layers/basemap'
import type { MapPalette } from '../map/palette'
import type { LaneColour } from './colours'
import { laneKey } from './grouping'
import type { PlanLines } from './queries'
import type { Board } from './types'

export type BoardDrawing = {
  board: Board
  lines: PlanLines | undefined
  /** The lanes in full strength; none: all of them, quietly. */
  shown: ReadonlySet<string>
  colourOf: (lane: { repId: number; day: string }) => LaneColour
}

export function boardLines({ lines, shown, colourOf }: BoardDrawing): FeatureCollection<LineString> {
  return {
    type: 'FeatureCollection',
    features: (lines?.features ?? []).flatMap((feature): Feature<LineString>[] => {
      const { repId, day } = feature.properties
      const lit = shown.has(laneKey({ repId, day }))
      if (shown.size > 0 && !lit) return []
      return [{ ...feature, properties: { colour: colourOf({ repId, day }).line, lit } }]
    }),
  }
}

/** Stops carry their visit as the feature's id. */
export function boardStops({ board, shown, colourOf }: BoardDrawing): FeatureCollection<GeoPoint> {
  const at = (id: number, coordinates: number[], properties: Record<string, unknown>): Feature<GeoPoint> => ({
    type: 'Feature',
    id,
    properties,
    geometry: { type: 'Point', coordinates },
  })
  const features = board.unplanned.map((visit) => at(visit.visitId, visit.point, { kind: 'unplanned' }))
  const starts: Feature<GeoPoint>[] = []
  for (const lane of board.lanes) {
    const lit = shown.has(laneKey(lane))
    const colour = colourOf(lane)
    for (const stop of lane.stops)
      features.push(
        at(stop.visitId, stop.point, {
          kind: lit ? 'stop' : 'quiet',
          number: String(stop.position),
          colour: colour.line,
          text: colour.text,
          broken: stop.violation !== '',
          order: stop.position,
        }),
      )
    if (lit && lane.startPoint && lane.stops.length > 0)
      starts.push(at(-lane.repId, lane.startPoint, { kind: 'start' }))
  }
  return { type: 'FeatureCollection', features: [...starts, ...features] }
}

const hover: ExpressionSpecification = ['boolean', ['feature-state', 'hover'], false]
const kind = (name: string): ExpressionSpecification => ['==', ['get', 'kind'], name]
const colour: ExpressionSpecification = ['get', 'colour']

export const boardHits = ['board-stop', 'board-quiet', 'board-unplanned']

export const boardLineLayers = (p: MapPalette): LayerSpecification[] => [
  {
    id: 'board-case',
    type: 'line',
    source: 'board-lines',
    filter: ['get', 'lit'],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': p.marks.routeCase,
      'line-width': byZoom([
        [8, 5],
        [13, 8],
        [17, 13],
      ]),
    },
  },
  {
    id: 'board-line',
    type: 'line',
    source: 'board-lines',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': colour,
      'line-opacity': ['case', ['get', 'lit'], 1, 0.45],
      'line-width': [
        'interpolate',
        ['linear'],
        ['zoom'],
        8,
        ['case', ['get', 'lit'], 3, 1.6],
        13,
        ['case', ['get', 'lit'], 5, 2.4],
        17,
        9,
      ],
    },
  },
]

export const boardPointLayers = (p: MapPalette): LayerSpecification[] => [
  {
    id: 'board-quiet',
    type: 'circle',
    source: 'board-stops',
    filter: kind('quiet'),
    paint: {
      'circle-radius': ['case', hover, 8, 4.2],
      'circle-color': colour,
      'circle-stroke-color': ['case', hover, p.marks.select, p.marks.markLine],
      'circle-stroke-width': ['case', hover, 3, 1.2],
    },
  },
  {
    id: 'board-unplanned',
    type: 'circle',
    source: 'board-stops',
    filter: kind('unplanned'),
    paint: {
      'circle-radius': ['case', hover, 9, 5.5],
      'circle-color': p.marks.markLine,
      'circle-stroke-color': p.marks.unplanned,
      'circle-stroke-width': 2.4,
    },
  },
  {
    id: 'board-start',
    type: 'circle',
    source: 'board-stops',
    filter: kind('start'),
    paint: {
      'circle-radius': 6,
      'circle-color': p.marks.place,
      'circle-stroke-color': p.marks.markLine,
      'circle-stroke-width': 2.5,
    },
  },
  {
    id: 'board-stop',
    type: 'circle',
    source: 'board-stops',
    filter: kind('stop'),
    layout: { 'circle-sort-key': ['-', 0, ['get', 'order']] },
    paint: {
      'circle-radius': ['case', hover, 14, 10.5],
      'circle-color': colour,
      'circle-stroke-color': [
        'case',
        hover,
        p.marks.select,
        ['get', 'broken'],
        p.marks.unplanned,
        p.marks.markLine,
      ],
      'circle-stroke-width': ['case', hover, 3.5, ['get', 'broken'], 3, 2],
    },
  },
  {
    id: 'board-number',
    type: 'symbol',
    source: 'board-stops',
    filter: kind('stop'),
    layout: {
      'text-field': ['get', 'number'],
      'text-font': bold,
      'text-size': 12,
      // Of stops that lie on each other the first one keeps its number, as its mark lies on top.
      'text-overlap': 'never',
      'text-padding': 0,
      'symbol-sort-key': ['get', 'order'],
    },
    paint: { 'text-color': ['get', 'text'] },
  },
]
