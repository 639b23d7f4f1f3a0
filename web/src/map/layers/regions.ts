/** Hexagons coloured by a figure, from /tiles/regions. */
import { interpolateViridis } from 'd3-scale-chromatic'
import type { ExpressionSpecification, LayerSpecification, VectorSourceSpecification } from 'maplibre-gl'
import { type AccountFilter, filterQuery } from '../../app/search'
import type { MapPalette } from '../palette'

export const figures = ['customers', 'prospects', 'openProspects', 'penetration'] as const
export type Figure = (typeof figures)[number]

export function regionsSource(
  origin: string,
  filter: AccountFilter,
  resolution?: number,
): VectorSourceSpecification {
  const query = [
    filterQuery({ ...filter, within: undefined }),
    resolution === undefined ? '' : `resolution=${resolution}`,
  ]
    .filter(Boolean)
    .join('&')
  return {
    type: 'vector',
    tiles: [`${origin}/tiles/regions/{z}/{x}/{y}${query ? `?${query}` : ''}`],
    minzoom: 0,
    maxzoom: 14,
    promoteId: { regions: 'cell' },
  }
}

/** One class of the legend: from (inclusive) to (exclusive; the last one has no end). */
export type RegionClass = { from: number; to: number | null; color: string }

const steps: Record<Figure, number[]> = {
  customers: [1, 3, 6, 11, 21],
  prospects: [1, 3, 6, 11, 21],
  openProspects: [1, 5, 15, 40, 100],
  penetration: [0, 0.1, 0.25, 0.5, 0.75],
}

/**
 * Six steps at most, told apart by lightness alone, so that colour vision does not matter.
 * On the light map more is darker, on the dark map more is brighter.
 */
export function regionClasses(p: MapPalette, figure: Figure, largest?: number): RegionClass[] {
  const from = scaled(steps[figure], figure, largest)
  return from.map((value, i) => {
    const share = i / (from.length - 1)
    return {
      from: value,
      to: from[i + 1] ?? null,
      color: interpolateViridis(p.scheme === 'dark' ? 0.25 + 0.7 * share : 0.95 - 0.85 * share),
    }
  })
}

/** Larger figures get larger classes of the same kind, 1-2-5 rounded. */
function scaled(base: number[], figure: Figure, largest?: number): number[] {
  const top = base.at(-1) ?? 1
  if (figure === 'penetration' || !largest || largest <= top * 2) return base
  const factor = largest / (top * 1.6)
  const steps = base.map((value, i) => (i === 0 ? value : nice(value * factor)))
  // Rounding may make two of them one.
  return steps.filter((value, i) => i === 0 || value > (steps[i - 1] ?? 0))
}

function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const lead = value / power
  return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power
}

const number = (name: string): ExpressionSpecification => ['to-number', ['get', name], 0]

/** Penetration: customers of all who could be one, known or still open. */
const expressionOf = (figure: Figure): ExpressionSpecification =>
  figure === 'penetration'
    ? [
        '/',
        number('customers'),
        ['max', 1, ['+', number('customers'), number('prospects'), number('openProspects')]],
      ]
    : number(figure)

export function regionLayers(
  p: MapPalette,
  figure: Figure,
  classes: RegionClass[],
  selected: string | null,
): LayerSpecification[] {
  const value = expressionOf(figure)
  const [first, ...others] = classes
  const color: ExpressionSpecification = [
    'step',
    value,
    first?.color ?? p.land,
    ...others.flatMap((c) => [c.from, c.color]),
  ] as ExpressionSpecification
  const least = first?.from ?? 0
  const empty: ExpressionSpecification =
    figure === 'penetration'
      ? ['==', ['+', number('customers'), number('prospects'), number('openProspects')], 0]
      : ['<', value, least]
  return [
    {
      id: 'region',
      type: 'fill',
      source: 'regions',
      'source-layer': 'regions',
      paint: {
        'fill-color': color,
        'fill-opacity': ['case', empty, 0.04, ['boolean', ['feature-state', 'hover'], false], 0.85, 0.66],
        'fill-antialias': true,
      },
    },
    {
      id: 'region-line',
      type: 'line',
      source: 'regions',
      'source-layer': 'regions',
      paint: {
        'line-color': p.scheme === 'dark' ? '#0b1013' : '#ffffff',
        'line-width': ['case', ['boolean', ['feature-state', 'hover'], false], 2, 0.7],
        'line-opacity': 0.75,
      },
    },
    {
      id: 'region-selected',
      type: 'line',
      source: 'regions',
      'source-layer': 'regions',
      filter: ['==', ['get', 'cell'], selected ?? ''],
      paint: { 'line-color': p.marks.ink, 'line-width': 3 },
    },
  ]
}
