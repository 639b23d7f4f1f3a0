/** Accounts, their clusters and open prospects, from /tiles/accounts. */
import type { Polygon } from 'geojson'
import type { ExpressionSpecification, LayerSpecification, VectorSourceSpecification } from 'maplibre-gl'
import { type AccountFilter, filterQuery } from '../../app/search'
import { type Colouring, symbolColour } from '../colouring'
import { bold, regular } from '../fonts'
import type { MapPalette } from '../palette'
import { symbolName } from '../symbols'

/**
 * The account is the feature's id, so that all sites of one account light up together.
 * Points carry the custom field, when there is one.
 */
export function accountsSource(
  origin: string,
  filter: AccountFilter,
  field?: string,
): VectorSourceSpecification {
  const query = [filterQuery({ ...filter, within: undefined }), field && `fields=${field}`]
    .filter(Boolean)
    .join('&')
  return {
    type: 'vector',
    tiles: [`${origin}/tiles/accounts/{z}/{x}/{y}?layers=accounts,open_prospects${query ? `&${query}` : ''}`],
    minzoom: 0,
    maxzoom: 16,
    promoteId: { accounts: 'account' },
  }
}

const count: ExpressionSpecification = ['to-number', ['get', 'count'], 1]
const isCluster: ExpressionSpecification = ['!', ['has', 'account']]
const eighths = (of: string): ExpressionSpecification => [
  'to-string',
  ['floor', ['+', ['/', ['*', 8, ['to-number', ['get', of], 0]], ['max', count, 1]], 0.5]],
]

/** 950, 1.2k, 12k, 1.2M. */
const shortCount: ExpressionSpecification = [
  'case',
  ['>=', count, 999_500],
  ['concat', ['to-string', ['/', ['round', ['/', count, 100_000]], 10]], 'M'],
  ['>=', count, 9_950],
  ['concat', ['to-string', ['round', ['/', count, 1000]]], 'k'],
  ['>=', count, 1000],
  ['concat', ['to-string', ['/', ['round', ['/', count, 100]], 10]], 'k'],
  ['to-string', count],
]

/** Features outside a drawn shape step back. */
const dimmedOutside = (within: Polygon | null, shown = 1): ExpressionSpecification | number =>
  within ? (['case', ['within', within], shown, 0.3] as ExpressionSpecification) : shown

/** Layers that a click or a touch may hit. */
export const accountHits = ['account', 'cluster', 'open-prospect']

export function accountLayers(
  p: MapPalette,
  within: Polygon | null,
  colouring: Colouring | null,
): LayerSpecification[] {
  const source = 'accounts'
  const layer = 'accounts'
  const scale: ExpressionSpecification = ['match', ['get', 'class'], 'A', 1, 'B', 0.8, 0.66]
  const state = (name: string): ExpressionSpecification => ['boolean', ['feature-state', name], false]
  return [
    {
      id: 'open-prospect',
      type: 'symbol',
      source,
      'source-layer': 'open_prospects',
      minzoom: 11,
      layout: {
        'icon-image': symbolName(p, 'prospect'),
        'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.55, 14, 0.85, 17, 1.1],
        'icon-overlap': 'always',
        'icon-ignore-placement': true,
        'text-field': ['step', ['zoom'], '', 15.5, ['coalesce', ['get', 'name'], '']],
        'text-font': regular,
        'text-size': 11,
        'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
        'text-radial-offset': 0.7,
        'text-max-width': 8,
        'text-optional': true,
      },
      paint: {
        'icon-opacity': dimmedOutside(within),
        'text-color': p.openProspect,
        'text-halo-color': p.halo,
        'text-halo-width': 1.5,
      },
    },
    {
      id: 'account-halo',
      type: 'circle',
      source,
      'source-layer': layer,
      filter: ['has', 'account'],
      paint: {
        'circle-radius': ['*', ['case', state('selected'), 19, state('picked'), 17, 16], scale],
        'circle-color': [
          'case',
          state('selected'),
          p.marks.select,
          state('picked'),
          p.marks.select,
          p.marks.hover,
        ],
        'circle-opacity': ['case', state('selected'), 0.38, state('picked'), 0.26, state('hover'), 0.22, 0],
        'circle-stroke-color': p.marks.select,
        'circle-stroke-width': ['case', state('selected'), 2.5, state('picked'), 1.5, 0],
      },
    },
    {
      id: 'account',
      type: 'symbol',
      source,
      'source-layer': layer,
      filter: ['has', 'account'],
      layout: {
        'icon-image': [
          'concat',
          symbolName(p, 'account-'),
          ['coalesce', ['get', 'status'], 'prospect'],
          '-',
          ['match', ['get', 'coverage'], 'due', 'due', 'overdue', 'overdue', 'none'],
          ...(colouring ? ['-', symbolColour(colouring, p.scheme)] : []),
        ],
        'icon-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          7,
          ['*', 0.55, scale],
          12,
          ['*', 0.8, scale],
          15,
          scale,
        ],
        'icon-overlap': 'always',
        'symbol-sort-key': ['match', ['get', 'class'], 'A', 0, 'B', 1, 2],
        'text-field': ['step', ['zoom'], '', 13.5, ['coalesce', ['get', 'name'], '']],
        'text-font': bold,
        'text-size': 11.5,
        'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
        'text-radial-offset': 1.15,
        'text-max-width': 9,
        'text-optional': true,
      },
      paint: {
        'icon-opacity': dimmedOutside(within),
        'text-opacity': dimmedOutside(within),
        'text-color': p.text,
        'text-halo-color': p.halo,
        'text-halo-width': 1.8,
      },
    },
    {
      id: 'cluster',
      type: 'symbol',
      source,
      'source-layer': layer,
      filter: isCluster,
      layout: {
        'icon-image': [
          'concat',
          symbolName(p, 'cluster-'),
          ['step', count, 's', 10, 'm', 100, 'l', 1000, 'xl'],
          '-',
          // Groups know of no other field.
          ...(colouring ? ['0-0'] : [eighths('customers'), '-', eighths('prospects')]),
        ],
        'icon-overlap': 'always',
        'text-field': shortCount,
        'text-font': bold,
        'text-size': ['step', count, 10.5, 10, 11.5, 100, 12.5, 1000, 13.5],
        'text-overlap': 'always',
        'symbol-sort-key': ['-', 0, count],
      },
      paint: { 'text-color': p.marks.clusterText, 'icon-opacity': dimmedOutside(within) },
    },
  ]
}
