/**
 * The colours of classes, on the light and on the dark map.
 *
 * Sequential: from ColorBrewer's YlGnBu (Brewer and Harrower), told apart by lightness
 * alone; more is darker on the light map, brighter on the dark one. Diverging: orange and
 * blue, which look different to everybody. Two figures at once: orange for one, blue for
 * the other, both together the ink of the scheme. ramps.test.ts holds how far apart any
 * two are, also for people who see no red, no green or no blue.
 */
import { interpolateYlGnBu } from 'd3-scale-chromatic'
import type { Scheme } from '../app/palette'
import { between, hexOf, linear } from './colour'

/** So much of the ground is covered: streets and names stay to be guessed at. */
export const opacity = 0.82

/** Colours of n classes, from least to most. */
export function sequential(scheme: Scheme, n: number): string[] {
  const [from, to] = scheme === 'dark' ? [0.86, 0.02] : [0.06, 1]
  return Array.from({ length: n }, (_, i) =>
    hexOf(linear(interpolateYlGnBu(n === 1 ? (from + to) / 2 : from + ((to - from) * i) / (n - 1)))),
  )
}

const around = {
  light: { less: '#a34a00', none: '#f1efe9', more: '#1d4f9c' },
  dark: { less: '#ffb45e', none: '#39444b', more: '#8cbcff' },
} as const satisfies Record<Scheme, Record<string, string>>

/** Colours of n classes around no change, n odd, from the largest loss to the largest gain. */
export function diverging(scheme: Scheme, n: number): string[] {
  const { less, none, more } = around[scheme]
  const half = (n - 1) / 2
  return Array.from({ length: n }, (_, i) => {
    const share = half === 0 ? 0 : Math.abs(i - half) / half
    // The first step away from the middle is a large one.
    const shown = share === 0 ? 0 : 0.25 + 0.75 * share
    return between(none, i < half ? less : more, shown)
  })
}

const corners = {
  light: { neither: '#eceae4', across: '#2a86c9', up: '#e58a1f', both: '#2b1c12' },
  dark: { neither: '#39434a', across: '#3f9df0', up: '#f09a36', both: '#fffaf0' },
} as const satisfies Record<Scheme, Record<string, string>>

/** Classes of each of two figures that are shown at once. */
export const pairSteps = 3

/** Colours of two figures: pair(scheme)[class of the second][class of the first]. */
export function pair(scheme: Scheme): string[][] {
  const { neither, across, up, both } = corners[scheme]
  return Array.from({ length: pairSteps }, (_, row) =>
    Array.from({ length: pairSteps }, (_, column) => {
      const [x, y] = [column / (pairSteps - 1), row / (pairSteps - 1)]
      return between(between(neither, across, x), between(up, both, x), y)
    }),
  )
}
