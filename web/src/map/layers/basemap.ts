/**
 * The street map: layers over /tiles/basemap, in the OpenMapTiles schema, from ground to
 * buildings. Names are in labels.ts, since they are drawn above what is on the map.
 */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { MapPalette } from '../palette'

const source = 'basemap'
type Zooms = [number, number][]

/** Grows with the zoom, each step in proportion. */
export const byZoom = (stops: Zooms, base = 1.5): ExpressionSpecification =>
  ['interpolate', ['exponential', base], ['zoom'], ...stops.flat()] as ExpressionSpecification

const classIn = (...classes: string[]): ExpressionSpecification => [
  'in',
  ['get', 'class'],
  ['literal', classes],
]

function ground(p: MapPalette): LayerSpecification[] {
  const fill = (
    id: string,
    layer: string,
    filter: ExpressionSpecification,
    color: string,
    minzoom = 0,
  ): LayerSpecification => ({
    id,
    type: 'fill',
    source,
    'source-layer': layer,
    minzoom,
    filter,
    paint: { 'fill-color': color, 'fill-antialias': true },
  })
  return [
    fill(
      'landuse-residential',
      'landuse',
      classIn('residential', 'suburb', 'neighbourhood', 'quarter'),
      p.residential,
    ),
    fill(
      'landuse-industrial',
      'landuse',
      classIn('industrial', 'railway', 'quarry', 'garages', 'military'),
      p.industrial,
    ),
    fill('landuse-commercial', 'landuse', classIn('commercial', 'retail'), p.commercial),
    fill('landuse-hospital', 'landuse', classIn('hospital'), p.hospital, 10),
    fill(
      'landuse-school',
      'landuse',
      classIn('school', 'university', 'college', 'kindergarten', 'library'),
      p.school,
      10,
    ),
    fill('landcover-farmland', 'landcover', classIn('farmland'), p.farmland),
    fill('landcover-sand', 'landcover', classIn('sand', 'rock'), p.sand),
    fill('landcover-wetland', 'landcover', classIn('wetland'), p.wetland),
    fill('landcover-grass', 'landcover', classIn('grass'), p.grass),
    fill('park', 'park', ['literal', true], p.park, 7),
    fill('landcover-wood', 'landcover', classIn('wood', 'forest'), p.wood),
    fill(
      'landuse-green',
      'landuse',
      classIn('cemetery', 'pitch', 'stadium', 'playground', 'zoo', 'theme_park', 'park', 'golf'),
      p.park,
      11,
    ),
    {
      id: 'waterway',
      type: 'line',
      source,
      'source-layer': 'waterway',
      minzoom: 9,
      filter: ['!=', ['get', 'brunnel'], 'tunnel'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': p.waterLine,
        'line-width': [
          'interpolate',
          ['exponential', 1.4],
          ['zoom'],
          9,
          ['match', ['get', 'class'], ['river', 'canal'], 1, 0.4],
          16,
          ['match', ['get', 'class'], ['river', 'canal'], 7, 2.4],
        ],
      },
    },
    {
      id: 'water',
      type: 'fill',
      source,
      'source-layer': 'water',
      filter: ['!=', ['get', 'brunnel'], 'tunnel'],
      paint: { 'fill-color': p.water },
    },
    {
      id: 'water-edge',
      type: 'line',
      source,
      'source-layer': 'water',
      minzoom: 11,
      filter: ['all', ['!=', ['get', 'brunnel'], 'tunnel'], ['!=', ['get', 'class'], 'ocean']],
      paint: { 'line-color': p.waterLine, 'line-width': 0.6 },
    },
    {
      id: 'aeroway-area',
      type: 'fill',
      source,
      'source-layer': 'aeroway',
      minzoom: 11,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': p.runway },
    },
    {
      id: 'aeroway-line',
      type: 'line',
      source,
      'source-layer': 'aeroway',
      minzoom: 11,
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: {
        'line-color': p.runway,
        'line-width': [
          'interpolate',
          ['exponential', 1.6],
          ['zoom'],
          11,
          ['match', ['get', 'class'], 'runway', 3, 0.8],
          16,
          ['match', ['get', 'class'], 'runway', 42, 10],
        ],
      },
    },
    {
      id: 'building',
      type: 'fill',
      source,
      'source-layer': 'building',
      minzoom: 13,
      paint: {
        'fill-color': p.building,
        'fill-outline-color': p.buildingLine,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0, 14, 1],
      },
    },
  ]
}

type Road = {
  id: string
  classes: string[]
  color: keyof MapPalette
  case: keyof MapPalette
  minzoom: number
  width: Zooms
  edge: number
}

/** From the least to the greatest: drawn in this order. Minor streets keep a real line from z12 on. */
const roads: Road[] = [
  {
    id: 'service',
    classes: ['service', 'track'],
    color: 'minor',
    case: 'minorCase',
    minzoom: 13,
    width: [
      [13, 0.7],
      [15, 2],
      [18, 9],
    ],
    edge: 0.9,
  },
  {
    id: 'minor',
    classes: ['minor', 'street', 'unclassified', 'busway', 'raceway'],
    color: 'minor',
    case: 'minorCase',
    minzoom: 11,
    width: [
      [11, 0.5],
      [13, 1.8],
      [15, 4.6],
      [18, 19],
    ],
    edge: 1.1,
  },
  {
    id: 'tertiary',
    classes: ['tertiary'],
    color: 'minor',
    case: 'minorCase',
    minzoom: 10,
    width: [
      [10, 0.7],
      [12, 1.8],
      [14, 4],
      [18, 22],
    ],
    edge: 1.2,
  },
  {
    id: 'secondary',
    classes: ['secondary'],
    color: 'secondary',
    case: 'secondaryCase',
    minzoom: 8,
    width: [
      [8, 0.6],
      [11, 1.8],
      [14, 5],
      [18, 25],
    ],
    edge: 1.2,
  },
  {
    id: 'primary',
    classes: ['primary'],
    color: 'primary',
    case: 'primaryCase',
    minzoom: 7,
    width: [
      [7, 0.7],
      [11, 2.2],
      [14, 5.6],
      [18, 27],
    ],
    edge: 1.3,
  },
  {
    id: 'trunk',
    classes: ['trunk'],
    color: 'trunk',
    case: 'trunkCase',
    minzoom: 5,
    width: [
      [5, 0.6],
      [8, 1.4],
      [11, 2.8],
      [14, 6.2],
      [18, 29],
    ],
    edge: 1.3,
  },
  {
    id: 'motorway',
    classes: ['motorway'],
    color: 'motorway',
    case: 'motorwayCase',
    minzoom: 4,
    width: [
      [4, 0.7],
      [8, 1.7],
      [11, 3.2],
      [14, 6.8],
      [18, 31],
    ],
    edge: 1.4,
  },
]

const rampOf = (width: Zooms, factor: number): Zooms => width.map(([zoom, value]) => [zoom, value * factor])

function streets(p: MapPalette): LayerSpecification[] {
  const color = (key: keyof MapPalette) => p[key] as string
  const line = (road: Road, tunnel: boolean, part: 'case' | 'fill', ramp: boolean): LayerSpecification => {
    const width = rampOf(road.width, ramp ? 0.6 : 1)
    return {
      id: `road-${road.id}${ramp ? '-ramp' : ''}-${tunnel ? 'tunnel-' : ''}${part}`,
      type: 'line',
      source,
      'source-layer': 'transportation',
      minzoom: ramp
        ? Math.max(road.minzoom, 10)
        : part === 'case'
          ? Math.max(road.minzoom, road.id === 'minor' ? 12 : 0)
          : road.minzoom,
      filter: [
        'all',
        classIn(...road.classes),
        [ramp ? '==' : '!=', ['to-number', ['get', 'ramp'], 0], 1],
        [tunnel ? '==' : '!=', ['get', 'brunnel'], 'tunnel'],
        ['!=', ['geometry-type'], 'Polygon'],
      ],
      layout: { 'line-cap': tunnel && part === 'case' ? 'butt' : 'round', 'line-join': 'round' },
      paint: {
        // Below z12 a minor street has no casing, so its line itself must stand out from the ground.
        'line-color':
          part === 'case'
            ? color(road.case)
            : road.color === 'minor' && p.scheme === 'light'
              ? ['step', ['zoom'], p.minorCase, 12, p.minor]
              : color(road.color),
        'line-width': byZoom(part === 'case' ? width.map(([z, w]) => [z, w + 2 * road.edge]) : width),
        'line-opacity': tunnel ? (part === 'case' ? 0.7 : 0.35) : 1,
        ...(tunnel && part === 'case' ? { 'line-dasharray': [2, 2] } : {}),
      },
    } as LayerSpecification
  }
  const withRamps = roads.filter((road) => ['motorway', 'trunk', 'primary', 'secondary'].includes(road.id))
  return [
    ...roads.map((road) => line(road, true, 'case', false)),
    ...roads.map((road) => line(road, true, 'fill', false)),
    {
      id: 'path',
      type: 'line',
      source,
      'source-layer': 'transportation',
      minzoom: 14,
      filter: ['all', classIn('path', 'pedestrian'), ['!=', ['geometry-type'], 'Polygon']],
      layout: { 'line-cap': 'round' },
      paint: {
        'line-color': p.path,
        'line-width': byZoom([
          [14, 0.7],
          [18, 3],
        ]),
        'line-dasharray': [2, 1.6],
      },
    },
    ...withRamps.map((road) => line(road, false, 'case', true)),
    ...roads.map((road) => line(road, false, 'case', false)),
    ...withRamps.map((road) => line(road, false, 'fill', true)),
    ...roads.map((road) => line(road, false, 'fill', false)),
    {
      id: 'rail',
      type: 'line',
      source,
      'source-layer': 'transportation',
      minzoom: 9,
      filter: ['all', classIn('rail', 'transit'), ['!=', ['get', 'brunnel'], 'tunnel']],
      paint: {
        'line-color': p.rail,
        'line-width': byZoom([
          [9, 0.5],
          [14, 1.2],
          [18, 3],
        ]),
      },
    },
    {
      id: 'rail-sleepers',
      type: 'line',
      source,
      'source-layer': 'transportation',
      minzoom: 13,
      filter: ['all', classIn('rail', 'transit'), ['!=', ['get', 'brunnel'], 'tunnel']],
      paint: {
        'line-color': p.rail,
        'line-width': byZoom([
          [13, 3],
          [18, 8],
        ]),
        'line-dasharray': [0.3, 3],
      },
    },
    {
      id: 'ferry',
      type: 'line',
      source,
      'source-layer': 'transportation',
      minzoom: 8,
      filter: classIn('ferry'),
      paint: { 'line-color': p.waterText, 'line-width': 1, 'line-dasharray': [4, 3], 'line-opacity': 0.7 },
    },
  ]
}

function borders(p: MapPalette): LayerSpecification[] {
  const level = ['to-number', ['get', 'admin_level'], 99] as ExpressionSpecification
  const line = (
    id: string,
    filter: ExpressionSpecification,
    width: Zooms,
    dash: number[],
    minzoom: number,
  ): LayerSpecification => ({
    id,
    type: 'line',
    source,
    'source-layer': 'boundary',
    minzoom,
    filter,
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': p.boundary,
      'line-width': byZoom(width),
      'line-dasharray': dash,
      'line-opacity': 0.75,
    },
  })
  return [
    line(
      'boundary-district',
      ['all', ['>', level, 4], ['<=', level, 6]],
      [
        [8, 0.6],
        [14, 1.4],
      ],
      [3, 2.5],
      8,
    ),
    line(
      'boundary-state',
      ['all', ['>', level, 2], ['<=', level, 4]],
      [
        [4, 0.8],
        [14, 2],
      ],
      [4, 2],
      3,
    ),
    line(
      'boundary-country',
      ['<=', level, 2],
      [
        [2, 1],
        [14, 2.6],
      ],
      [6, 1.5],
      0,
    ),
  ]
}

export const basemapLayers = (p: MapPalette): LayerSpecification[] => [
  ...ground(p),
  ...borders(p),
  ...streets(p),
]
