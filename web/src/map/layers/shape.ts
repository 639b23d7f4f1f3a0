/** A drawn shape: the lasso that the filter holds. */
import type { Feature, Polygon } from 'geojson'
import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { MapPalette } from '../palette'

export const shapeSource = (shape: Polygon | null): GeoJSONSourceSpecification => ({
  type: 'geojson',
  tolerance: 0.1,
  data: shape
    ? ({ type: 'Feature', properties: {}, geometry: shape } satisfies Feature)
    : { type: 'FeatureCollection', features: [] },
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
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.lasso, 'line-width': 2.4, 'line-dasharray': [2.5, 1.5] },
  },
]
