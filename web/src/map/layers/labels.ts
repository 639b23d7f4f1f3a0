/**
 * Names of places, streets, waters and house numbers. Places look for a free spot around
 * their point, so that they do not drop out where clusters stand: clusters take part in
 * the placing and are placed first.
 */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { bold, italic, regular } from '../fonts'
import type { MapPalette } from '../palette'
import { symbolName } from '../symbols'
import { byZoom } from './basemap'

const source = 'basemap'
const name: ExpressionSpecification = [
  'coalesce',
  ['get', 'name'],
  ['get', 'name:latin'],
  ['get', 'name_int'],
]
const rank: ExpressionSpecification = ['to-number', ['get', 'rank'], 20]
const classIn = (...classes: string[]): ExpressionSpecification => [
  'in',
  ['get', 'class'],
  ['literal', classes],
]

export function streetLabels(p: MapPalette): LayerSpecification[] {
  return [
    {
      id: 'waterway-name',
      type: 'symbol',
      source,
      'source-layer': 'waterway',
      minzoom: 12,
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': italic,
        'text-size': 12,
        'symbol-spacing': 350,
        'text-letter-spacing': 0.05,
      },
      paint: { 'text-color': p.waterText, 'text-halo-color': p.halo, 'text-halo-width': 1.2 },
    },
    {
      id: 'street-name-minor',
      type: 'symbol',
      source,
      'source-layer': 'transportation_name',
      minzoom: 14,
      filter: classIn('minor', 'service', 'street', 'unclassified', 'residential', 'track', 'path'),
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': regular,
        'text-size': byZoom(
          [
            [14, 10.5],
            [18, 14],
          ],
          1.2,
        ),
        'text-rotation-alignment': 'map',
        'symbol-spacing': 280,
        'text-max-angle': 35,
      },
      paint: { 'text-color': p.textSoft, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'street-name',
      type: 'symbol',
      source,
      'source-layer': 'transportation_name',
      minzoom: 12,
      filter: classIn('motorway', 'trunk', 'primary', 'secondary', 'tertiary'),
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': regular,
        'text-size': byZoom(
          [
            [12, 10.5],
            [18, 15],
          ],
          1.2,
        ),
        'text-rotation-alignment': 'map',
        'symbol-spacing': 320,
        'text-max-angle': 35,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'road-shield',
      type: 'symbol',
      source,
      'source-layer': 'transportation_name',
      minzoom: 8,
      filter: [
        'all',
        ['has', 'ref'],
        ['<=', ['length', ['to-string', ['get', 'ref']]], 8],
        classIn('motorway', 'trunk', 'primary'),
      ],
      layout: {
        'symbol-placement': ['step', ['zoom'], 'point', 11, 'line'],
        'text-field': ['get', 'ref'],
        'text-font': bold,
        'text-size': 10,
        'text-rotation-alignment': 'viewport',
        'icon-image': symbolName(p, 'shield'),
        'icon-text-fit': 'both',
        'icon-text-fit-padding': [2, 4, 2, 4],
        'icon-rotation-alignment': 'viewport',
        'symbol-spacing': 480,
        'text-padding': 26,
        'icon-padding': 26,
        'symbol-sort-key': ['match', ['get', 'class'], 'motorway', 0, 'trunk', 1, 'primary', 2, 3],
      },
      paint: { 'text-color': p.text },
    },
    {
      id: 'housenumber',
      type: 'symbol',
      source,
      'source-layer': 'housenumber',
      minzoom: 16,
      layout: {
        'text-field': ['get', 'housenumber'],
        'text-font': regular,
        'text-size': 10.5,
        'text-padding': 3,
      },
      paint: { 'text-color': p.textSoft, 'text-halo-color': p.halo, 'text-halo-width': 1.2 },
    },
    {
      id: 'poi',
      type: 'symbol',
      source,
      'source-layer': 'poi',
      minzoom: 15,
      filter: [
        'all',
        ['has', 'name:latin'],
        ['<=', rank, 30],
        classIn(
          'park',
          'school',
          'college',
          'hospital',
          'railway',
          'library',
          'town_hall',
          'museum',
          'stadium',
          'attraction',
          'golf',
          'cemetery',
          'place_of_worship',
          'castle',
          'zoo',
        ),
      ],
      layout: {
        'text-field': name,
        'text-font': italic,
        'text-size': 11,
        'text-max-width': 8,
        'text-padding': 8,
        'symbol-sort-key': rank,
      },
      paint: { 'text-color': p.poi, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'airport-name',
      type: 'symbol',
      source,
      'source-layer': 'aerodrome_label',
      minzoom: 10,
      filter: ['has', 'iata'],
      layout: { 'text-field': name, 'text-font': regular, 'text-size': 11.5, 'text-max-width': 9 },
      paint: { 'text-color': p.textSoft, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'water-name',
      type: 'symbol',
      source,
      'source-layer': 'water_name',
      layout: {
        'symbol-placement': 'point',
        'text-field': name,
        'text-font': italic,
        'text-size': byZoom(
          [
            [6, 11],
            [12, 15],
          ],
          1.2,
        ),
        'text-max-width': 7,
        'text-letter-spacing': 0.08,
      },
      paint: { 'text-color': p.waterText, 'text-halo-color': p.water, 'text-halo-width': 1.2 },
    },
  ]
}

const around: [
  'center',
  'bottom',
  'top',
  'left',
  'right',
  'bottom-left',
  'bottom-right',
  'top-left',
  'top-right',
] = ['center', 'bottom', 'top', 'left', 'right', 'bottom-left', 'bottom-right', 'top-left', 'top-right']

export function placeLabels(p: MapPalette): LayerSpecification[] {
  const place = (
    id: string,
    filter: ExpressionSpecification,
    size: [number, number][],
    options: {
      minzoom?: number
      maxzoom?: number
      font?: string[]
      color?: string
      always?: boolean
      caps?: boolean
    },
  ): LayerSpecification => ({
    id,
    type: 'symbol',
    source,
    'source-layer': 'place',
    minzoom: options.minzoom ?? 0,
    ...(options.maxzoom ? { maxzoom: options.maxzoom } : {}),
    filter,
    layout: {
      'text-field': name,
      'text-font': options.font ?? regular,
      'text-size': byZoom(size, 1.2),
      'text-max-width': 8,
      'text-variable-anchor': around,
      'text-radial-offset': 1.35,
      'text-justify': 'auto',
      'text-padding': 3,
      'text-overlap': options.always ? 'always' : 'never',
      'symbol-sort-key': rank,
      ...(options.caps ? { 'text-transform': 'uppercase' as const, 'text-letter-spacing': 0.1 } : {}),
    },
    paint: {
      'text-color': options.color ?? p.text,
      'text-halo-color': p.halo,
      'text-halo-width': 1.9,
      'text-halo-blur': 0.3,
    },
  })
  return [
    place(
      'place-neighbourhood',
      classIn('neighbourhood', 'quarter', 'isolated_dwelling'),
      [
        [13, 11],
        [17, 14],
      ],
      { minzoom: 13, maxzoom: 17, color: p.textSoft },
    ),
    place(
      'place-hamlet',
      classIn('hamlet'),
      [
        [12, 11],
        [16, 14],
      ],
      { minzoom: 13, maxzoom: 17, color: p.textSoft },
    ),
    place(
      'place-suburb',
      classIn('suburb'),
      [
        [11, 11],
        [16, 15],
      ],
      { minzoom: 11, maxzoom: 16, color: p.textSoft, caps: true },
    ),
    place(
      'place-island',
      classIn('island'),
      [
        [10, 11],
        [16, 15],
      ],
      { minzoom: 10, color: p.textSoft, font: italic },
    ),
    place(
      'place-village',
      classIn('village'),
      [
        [10, 11.5],
        [16, 17],
      ],
      { minzoom: 10, maxzoom: 17 },
    ),
    place(
      'place-town',
      classIn('town'),
      [
        [7, 12],
        [11, 14.5],
        [16, 21],
      ],
      { minzoom: 7, maxzoom: 17, font: bold },
    ),
    place(
      'place-city',
      classIn('city'),
      [
        [5, 13],
        [9, 16],
        [14, 25],
      ],
      { minzoom: 3, maxzoom: 16, font: bold, always: true },
    ),
    place(
      'place-state',
      classIn('state', 'province'),
      [
        [4, 12],
        [7, 16],
      ],
      { minzoom: 3, maxzoom: 7, color: p.textSoft, caps: true },
    ),
    place(
      'place-country',
      classIn('country'),
      [
        [2, 12],
        [6, 18],
      ],
      { maxzoom: 7, font: bold, caps: true },
    ),
  ]
}
