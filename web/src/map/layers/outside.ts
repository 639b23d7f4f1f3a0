/**
 * What lies outside the extract: a quieter ground, its outline, and words on the line, so
 * that an empty map explains itself. There is no second source of data to show there.
 */
import type { Feature, FeatureCollection } from 'geojson'
import type { GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import type { MapPalette } from '../palette'

export type Bounds = [west: number, south: number, east: number, north: number]

const ringOf = ([w, s, e, n]: Bounds): [number, number][] => [
  [w, s],
  [e, s],
  [e, n],
  [w, n],
  [w, s],
]

/** The world without the extract's box, and the box's outline split so that words repeat along it. */
export function outsideData(bounds: Bounds | null): FeatureCollection {
  if (!bounds) return { type: 'FeatureCollection', features: [] }
  const mask: Feature = {
    type: 'Feature',
    properties: { part: 'mask' },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [-180, -85.06],
          [180, -85.06],
          [180, 85.06],
          [-180, 85.06],
          [-180, -85.06],
        ],
        ringOf(bounds),
      ],
    },
  }
  const outline: Feature = {
    type: 'Feature',
    properties: { part: 'outline' },
    geometry: { type: 'LineString', coordinates: ringOf(bounds) },
  }
  return { type: 'FeatureCollection', features: [mask, outline] }
}

export const outsideSource = (bounds: Bounds | null): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: outsideData(bounds),
  tolerance: 0,
})

export function outsideLayers(p: MapPalette): { below: LayerSpecification[]; above: LayerSpecification[] } {
  return {
    below: [
      {
        id: 'outside',
        type: 'fill',
        source: 'outside',
        filter: ['==', ['get', 'part'], 'mask'],
        paint: { 'fill-color': p.outside },
      },
    ],
    above: [
      {
        id: 'outside-line',
        type: 'line',
        source: 'outside',
        filter: ['==', ['get', 'part'], 'outline'],
        paint: { 'line-color': p.outsideLine, 'line-width': 1.2, 'line-dasharray': [1, 2.4] },
      },
    ],
  }
}

/** Whether a view looks at nothing that the extract holds, at part of it, or at it alone. */
export function coverageOf(view: Bounds, bounds: Bounds | null): 'none' | 'part' | 'all' {
  if (!bounds) return 'none'
  const [w, s, e, n] = view
  const [bw, bs, be, bn] = bounds
  if (e < bw || w > be || n < bs || s > bn) return 'none'
  return w >= bw && e <= be && s >= bs && n <= bn ? 'all' : 'part'
}
