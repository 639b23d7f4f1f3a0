/** The area that the filter holds: a lasso, or what can be driven to. */
import type { Feature, MultiPolygon, Polygon } from 'geojson'
import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { Point } from '../../api/types'
import { bold } from '../fonts'
import type { MapPalette } from '../palette'

/** Where a drive-time area begins, and how long its drive is. */
export type ReachPlace = { point: Point; label: string }

export const shapeSource = (
  shape: Polygon | MultiPolygon | null,
  place?: ReachPlace,
): GeoJSONSourceSpecification => ({
  type: 'geojson',
  tolerance: 0.1,
  data: {
    type: 'FeatureCollection',
    features: [
      ...(shape
        ? [{ type: 'Feature', properties: { drive: place !== undefined }, geometry: shape } satisfies Feature]
        : []),
      ...(place
        ? [
            {
              type: 'Feature',
              properties: { label: place.label, drive: true },
              geometry: { type: 'Point', coordinates: place.point },
            } satisfies Feature,
          ]
        : []),
    ],
  },
})

export const shapeLayers = (p: MapPalette): LayerSpecification[] => [
  {
    id: 'shape-fill',
    type: 'fill',
    source: 'shape',
    paint: { 'fill-color': p.marks.lasso, 'fill-opacity': 0.12 },
  },
  {
    id: 'shape-line',
    type: 'line',
    source: 'shape',
    filter: ['!', ['get', 'drive']],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.lasso, 'line-width': 2.4, 'line-dasharray': [2.5, 1.5] },
  },
  // Roads end in many small bends, which dashes would break up.
  {
    id: 'reach-line',
    type: 'line',
    source: 'shape',
    filter: ['get', 'drive'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.lasso, 'line-width': 1.8 },
  },
]

/** Above the accounts: the place, and under it the minutes. */
export const reachLayers = (p: MapPalette): LayerSpecification[] => [
  {
    id: 'reach-place',
    type: 'circle',
    source: 'shape',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 6,
      'circle-color': p.marks.lasso,
      'circle-stroke-color': p.marks.markLine,
      'circle-stroke-width': 2.5,
    },
  },
  {
    id: 'reach-label',
    type: 'symbol',
    source: 'shape',
    filter: ['==', ['geometry-type'], 'Point'],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': bold,
      'text-size': 15,
      'text-anchor': 'top',
      'text-offset': [0, 0.7],
      'text-overlap': 'always',
    },
    paint: { 'text-color': p.marks.lasso, 'text-halo-color': p.halo, 'text-halo-width': 2.4 },
  },
]
