/** A day's route: the line along the roads, its direction, its stops, start and end. */
import type { Feature, FeatureCollection, Point as GeoPoint, LineString, Position } from 'geojson'
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { Point, Route, Unplanned } from '../../api/types'
import { bold } from '../fonts'
import type { MapPalette } from '../palette'
import { symbolName } from '../symbols'
import { byZoom } from './basemap'

/** What the map draws of a plan; every leg leads to the stop of its number, the last one to the end. */
export type RouteDrawing = {
  route: Route | null
  unplanned: Pick<Unplanned, 'siteId' | 'name' | 'point'>[]
}

export function routeData({ route }: RouteDrawing): FeatureCollection<LineString> {
  const legs = linesOf(route)
  return {
    type: 'FeatureCollection',
    features: legs.flatMap((coordinates, leg): Feature<LineString>[] =>
      coordinates.length < 2
        ? []
        : [
            {
              type: 'Feature',
              id: leg + 1,
              properties: { leg, estimated: route?.stops[leg]?.estimated ?? false },
              geometry: { type: 'LineString', coordinates },
            },
          ],
    ),
  }
}

const at = (point: Point | number[], properties: Record<string, unknown>, id: number): Feature<GeoPoint> => ({
  type: 'Feature',
  id,
  properties,
  geometry: { type: 'Point', coordinates: [...point] },
})

/** The legs' coordinates; the document leaves GeoJSON's coordinates open. */
export function linesOf(route: Route | null): Position[][] {
  const lines = route?.geometry?.coordinates
  return Array.isArray(lines) ? (lines as Position[][]) : []
}

/** Stops carry their site as the feature's id; the places of start and end have none of a site. */
export function stopData({ route, unplanned }: RouteDrawing): FeatureCollection<GeoPoint> {
  const features: Feature<GeoPoint>[] = unplanned.map((visit) =>
    at(visit.point, { kind: 'unplanned', name: visit.name }, visit.siteId),
  )
  if (route) {
    const { startPoint: start, endPoint: end } = route
    const apart = start && end && start.some((value, i) => Math.abs(value - (end[i] ?? value)) > 1e-5)
    if (end && (apart || !start)) features.push(at(end, { kind: 'end' }, 0))
    if (start) features.push(at(start, { kind: 'start' }, 0))
    route.stops.forEach((stop, i) => {
      features.push(
        at(
          stop.point,
          { kind: stop.violation ? 'stop-warn' : 'stop', number: String(i + 1), name: stop.name, order: i },
          stop.siteId,
        ),
      )
    })
  }
  return { type: 'FeatureCollection', features }
}

export const routeSource = (drawing: RouteDrawing): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: routeData(drawing),
  // Pixels that a line may be off below zoom 18, from where on every point is drawn: less than anyone sees.
  tolerance: 0.1,
  maxzoom: 18,
})
export const stopSource = (drawing: RouteDrawing): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: stopData(drawing),
})

export const stopHits = ['stop', 'stop-unplanned']

const round = { 'line-cap': 'round', 'line-join': 'round' } as const

export function routeLines(p: MapPalette): LayerSpecification[] {
  const hover = ['boolean', ['feature-state', 'hover'], false] as [
    'boolean',
    ['feature-state', string],
    boolean,
  ]
  const open: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false]
  const lit: ExpressionSpecification = ['any', hover, open]
  return [
    {
      id: 'route-case',
      type: 'line',
      source: 'route',
      layout: round,
      paint: {
        'line-color': ['case', open, p.marks.select, p.marks.routeCase],
        'line-width': byZoom([
          [8, 6],
          [13, 11],
          [17, 17],
        ]),
        'line-opacity': 0.95,
      },
    },
    {
      id: 'route-line',
      type: 'line',
      source: 'route',
      filter: ['!', ['get', 'estimated']],
      layout: round,
      paint: {
        'line-color': ['case', lit, p.marks.select, p.marks.route],
        'line-width': byZoom([
          [8, 3.4],
          [13, 7],
          [17, 12],
        ]),
      },
    },
    {
      id: 'route-estimated',
      type: 'line',
      source: 'route',
      filter: ['get', 'estimated'],
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['case', lit, p.marks.select, p.marks.route],
        'line-width': byZoom([
          [8, 2.6],
          [13, 5],
          [17, 8],
        ]),
        'line-dasharray': [1.6, 1.4],
      },
    },
    {
      id: 'route-arrow',
      type: 'symbol',
      source: 'route',
      minzoom: 8,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': ['interpolate', ['linear'], ['zoom'], 8, 70, 14, 110],
        'icon-image': symbolName(p, 'arrow'),
        'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.75, 13, 1.05, 17, 1.5],
        'icon-rotation-alignment': 'map',
        'icon-keep-upright': false,
        'icon-overlap': 'always',
        'icon-ignore-placement': true,
      },
    },
  ]
}

export function stopLayers(p: MapPalette): LayerSpecification[] {
  const hover = ['boolean', ['feature-state', 'hover'], false] as [
    'boolean',
    ['feature-state', string],
    boolean,
  ]
  return [
    {
      id: 'stop-unplanned',
      type: 'circle',
      source: 'stops',
      filter: ['==', ['get', 'kind'], 'unplanned'],
      paint: {
        'circle-radius': ['case', hover, 9, 6],
        'circle-color': p.marks.markLine,
        'circle-stroke-color': p.marks.unplanned,
        'circle-stroke-width': 2.6,
      },
    },
    {
      id: 'stop-halo',
      type: 'circle',
      source: 'stops',
      filter: ['!=', ['get', 'kind'], 'unplanned'],
      paint: {
        'circle-radius': 21,
        'circle-color': p.marks.select,
        'circle-opacity': ['case', hover, 0.45, 0],
        'circle-stroke-color': p.marks.select,
        'circle-stroke-width': ['case', hover, 2.5, 0],
      },
    },
    {
      id: 'stop',
      type: 'symbol',
      source: 'stops',
      filter: ['!=', ['get', 'kind'], 'unplanned'],
      layout: {
        'icon-image': ['concat', symbolName(p, ''), ['get', 'kind']],
        'icon-overlap': 'always',
        'text-field': ['coalesce', ['get', 'number'], ''],
        'text-font': bold,
        'text-size': 13,
        'text-overlap': 'always',
        // The first stops lie on top of later ones at the same place.
        'symbol-z-order': 'source',
        'symbol-sort-key': ['-', 0, ['to-number', ['get', 'order'], -1]],
      },
      paint: {
        'text-color': [
          'match',
          ['get', 'kind'],
          'stop-warn',
          p.scheme === 'dark' ? '#2a0805' : '#ffffff',
          p.marks.stopText,
        ],
      },
    },
  ]
}
