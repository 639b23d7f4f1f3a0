/** The whole style: a function of a palette and of what lies on the map. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { fontFaces } from './fonts'
import { basemapLayers } from './layers/basemap'
import { placeLabels, streetLabels } from './layers/labels'
import { type Bounds, outsideLayers, outsideSource } from './layers/outside'
import type { MapPalette } from './palette'

/** What a page puts on the map. Layers come in the order in which they are drawn. */
export type MapContent = {
  sources: Record<string, SourceSpecification>
  /** Above the streets, below their names: hexagons, shapes. */
  areas: LayerSpecification[]
  /** Above street names, below place names: routes. */
  lines: LayerSpecification[]
  /** Above everything: points. Place names make room for them. */
  points: LayerSpecification[]
}

export type StyleInput = {
  palette: MapPalette
  /** Like https://crm.example.com: a worker cannot resolve a path. */
  origin: string
  /** The extract's box; null where none is loaded. */
  bounds: Bounds | null
  basemap: boolean
  content: MapContent
}

export function styleOf({ palette, origin, bounds, basemap, content }: StyleInput): StyleSpecification {
  const outside = outsideLayers(palette)
  return {
    version: 8,
    'font-faces': fontFaces(origin),
    sources: {
      ...(basemap
        ? {
            basemap: {
              type: 'vector',
              tiles: [`${origin}/tiles/basemap/{z}/{x}/{y}`],
              minzoom: 0,
              maxzoom: 14,
              ...(bounds ? { bounds } : {}),
            },
          }
        : {}),
      outside: outsideSource(bounds),
      ...content.sources,
    },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': palette.land } },
      ...outside.below,
      ...(basemap ? basemapLayers(palette) : []),
      ...outside.above,
      ...content.areas,
      ...(basemap ? streetLabels(palette) : []),
      ...content.lines,
      ...(basemap ? placeLabels(palette) : []),
      ...content.points,
    ],
  }
}
