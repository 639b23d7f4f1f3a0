/**
 * What the map of territories draws. Cells are one source that stays as it is: who has
 * which cell is in the features' states, so that painting draws nothing anew.
 */
import type { FeatureCollection, MultiPolygon, Point, Polygon } from 'geojson'
import { cellToBoundary } from 'h3-js'
import type { ExpressionSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl'
import type { Scheme } from '../app/palette'
import { bold } from '../map/fonts'
import { byZoom } from '../map/layers/basemap'
import type { MapPalette } from '../map/palette'
import { colourCount, colourOf } from './colours'

/**
 * The state of a cell's feature: `t` its colour, -1 for nobody; `moved` when it changes hands;
 * `kept` when it is locked.
 */
export type CellState = { t: number; moved: boolean; kept: boolean }

/** A closed hexagon, longitude first. */
export const hexagon = (cell: string): Polygon => ({
  type: 'Polygon',
  coordinates: [cellToBoundary(cell, true)],
})

/** Cells by their place on the ground; `value` is the figure that they are coloured by. */
export const cellFeatures = (
  cells: readonly string[],
  accounts: (cell: string) => number,
  value: ((cell: string) => number | null) | null,
): FeatureCollection<Polygon> => ({
  type: 'FeatureCollection',
  features: cells.map((cell, id) => ({
    type: 'Feature',
    id,
    properties: { accounts: accounts(cell), value: value?.(cell) ?? -1 },
    geometry: hexagon(cell),
  })),
})

export const nothing: FeatureCollection<never> = { type: 'FeatureCollection', features: [] }

export function sources(data: {
  cells: FeatureCollection<Polygon>
  outlines: FeatureCollection<MultiPolygon>
  names: FeatureCollection<Point>
}): Record<string, SourceSpecification> {
  return {
    cells: { type: 'geojson', data: data.cells, tolerance: 0, buffer: 4, maxzoom: 12 },
    outlines: { type: 'geojson', data: data.outlines, tolerance: 0, buffer: 16, maxzoom: 12 },
    'territory-names': { type: 'geojson', data: data.names },
    'cell-cursor': { type: 'geojson', data: nothing, tolerance: 0 },
  }
}

const state = (name: keyof CellState, otherwise: number | boolean): ExpressionSpecification => [
  'coalesce',
  ['feature-state', name],
  otherwise,
]
const colour = state('t', -1)

/** The colour of a cell by whom it belongs to. */
export const byTerritory = (scheme: Scheme): ExpressionSpecification =>
  [
    'match',
    colour,
    ...Array.from({ length: colourCount }, (_, i) => [i, colourOf(scheme, i)]).flat(),
    scheme === 'dark' ? '#4a565d' : '#b9c0bd',
  ] as unknown as ExpressionSpecification

/** The colour of a cell by its figure: the lower ends of classes with a colour each. */
export const byFigure = (
  none: string,
  ends: readonly number[],
  colours: readonly string[],
): ExpressionSpecification =>
  ends.length === 0
    ? (['to-color', none] as ExpressionSpecification)
    : ([
        'step',
        ['get', 'value'],
        none,
        ...ends.flatMap((end, i) => [end, colours[i]]),
      ] as ExpressionSpecification)

/** Borders are thinner where all of the ground is on a phone's screen. */
const outline = (factor: number) =>
  byZoom([
    [6, 0.8 * factor],
    [8.5, 1.8 * factor],
  ])

export type Drawing = {
  /** The fill of cells; territories' colours when null. */
  figure: { ends: readonly number[]; colours: readonly string[] } | null
  gaps: boolean
  /** Cells that do not change hands step back. */
  moves: boolean
  selected: number | null
}

export function areaLayers(p: MapPalette, drawing: Drawing): LayerSpecification[] {
  const { figure, gaps, moves, selected } = drawing
  const owned: ExpressionSpecification = ['>=', colour, 0]
  const opacity: ExpressionSpecification = figure
    ? ['case', ['>=', ['get', 'value'], figure.ends[0] ?? 0], 0.8, 0.05]
    : moves
      ? ['case', state('moved', false), 0.85, owned, 0.22, 0.05]
      : ['case', owned, 0.58, ['>', ['get', 'accounts'], 0], 0.4, 0.08]
  const isGap: ExpressionSpecification = ['all', ['<', colour, 0], ['>', ['get', 'accounts'], 0]]
  return [
    {
      id: 'cell-fill',
      type: 'fill',
      source: 'cells',
      paint: {
        'fill-color': figure ? byFigure(p.land, figure.ends, figure.colours) : byTerritory(p.scheme),
        'fill-opacity': opacity,
        'fill-antialias': false,
      },
    },
    {
      id: 'cell-line',
      type: 'line',
      source: 'cells',
      paint: {
        'line-color': p.scheme === 'dark' ? '#0b1013' : '#ffffff',
        'line-width': byZoom([
          [7, 0.2],
          [9, 0.6],
          [12, 1],
        ]),
        'line-opacity': 0.7,
      },
    },
    ...(moves
      ? [
          {
            id: 'cell-moved',
            type: 'line',
            source: 'cells',
            paint: {
              'line-color': p.marks.ink,
              'line-width': 1.6,
              'line-opacity': ['case', state('moved', false), 0.9, 0],
            },
          } satisfies LayerSpecification,
        ]
      : []),
    ...(gaps
      ? [
          {
            id: 'cell-gap',
            type: 'fill',
            source: 'cells',
            paint: { 'fill-color': p.marks.unplanned, 'fill-opacity': ['case', isGap, 0.55, 0] },
          } satisfies LayerSpecification,
          {
            id: 'cell-gap-line',
            type: 'line',
            source: 'cells',
            paint: {
              'line-color': p.marks.unplanned,
              'line-width': 2,
              'line-opacity': ['case', isGap, 1, 0],
            },
          } satisfies LayerSpecification,
        ]
      : []),
    {
      id: 'cell-kept-fill',
      type: 'fill',
      source: 'cells',
      paint: { 'fill-color': p.marks.ink, 'fill-opacity': ['case', state('kept', false), 0.22, 0] },
    },
    {
      id: 'cell-kept',
      type: 'line',
      source: 'cells',
      paint: {
        'line-color': p.marks.ink,
        'line-width': byZoom([
          [7, 0.5],
          [9, 1.4],
          [11, 2.6],
        ]),
        'line-offset': byZoom([
          [7, 0],
          [9, 1],
          [11, 3],
        ]),
        'line-dasharray': [3, 1],
        'line-opacity': ['case', state('kept', false), 0.9, 0],
      },
    },
    {
      id: 'territory-case',
      type: 'line',
      source: 'outlines',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.marks.markLine, 'line-width': outline(2.4), 'line-opacity': 0.85 },
    },
    {
      id: 'territory-line',
      type: 'line',
      source: 'outlines',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.marks.ink, 'line-width': outline(1), 'line-opacity': 0.9 },
    },
    {
      id: 'territory-selected',
      type: 'line',
      source: 'outlines',
      filter: ['==', ['get', 'territory'], selected ?? -1],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.marks.ink, 'line-width': outline(2.3) },
    },
  ]
}

export const pointLayers = (p: MapPalette): LayerSpecification[] => [
  {
    id: 'cell-cursor-case',
    type: 'line',
    source: 'cell-cursor',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.markLine, 'line-width': 6 },
  },
  {
    id: 'cell-cursor',
    type: 'line',
    source: 'cell-cursor',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': p.marks.select, 'line-width': 3 },
  },
  {
    id: 'territory-name',
    type: 'symbol',
    source: 'territory-names',
    layout: {
      'text-field': ['get', 'name'],
      'text-font': bold,
      'text-size': byZoom([
        [7, 12],
        [10, 15],
        [13, 18],
      ]),
      'text-max-width': 8,
      'text-padding': 4,
    },
    paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 2 },
  },
]
