/**
 * The colours of territories. The first eight are those of Okabe and Ito (2008), made for
 * people who see no red or green; four more are as far from them and from each other. Names and
 * outlines are always there beside them.
 */
import type { Scheme } from '../app/palette'

export const territoryColours: Record<Scheme, readonly string[]> = {
  light: [
    '#0072b2',
    '#e69f00',
    '#009e73',
    '#cc79a7',
    '#56b4e9',
    '#d55e00',
    '#e3d52e',
    '#6b7680',
    '#332288',
    '#7a2e12',
    '#7d7bf0',
    '#b7e08a',
  ],
  dark: [
    '#3b97d3',
    '#f0b03c',
    '#1fb88c',
    '#dc94bb',
    '#7cc8f2',
    '#e8782a',
    '#f0e457',
    '#86919a',
    '#7a68f0',
    '#c23a48',
    '#9df0b4',
    '#3f62c4',
  ],
}

export const colourCount = territoryColours.light.length

export const colourOf = (scheme: Scheme, colour: number) =>
  territoryColours[scheme][((colour % colourCount) + colourCount) % colourCount] as string

/**
 * The colour number of each territory: its own as long as no neighbour that came before it
 * has the same, else the one least used that no neighbour has. Territories beside each other
 * therefore differ whenever a territory has fewer than twelve neighbours.
 */
export function assignColours(
  territories: readonly { id: number; colour: number }[],
  neighbours: readonly (readonly [number, number])[],
): Map<number, number> {
  const beside = new Map<number, number[]>()
  for (const [a, b] of neighbours) {
    beside.set(a, [...(beside.get(a) ?? []), b])
    beside.set(b, [...(beside.get(b) ?? []), a])
  }
  const assigned = new Map<number, number>()
  const used = new Array<number>(colourCount).fill(0)
  for (const { id, colour } of territories) {
    const taken = new Set((beside.get(id) ?? []).map((other) => assigned.get(other)))
    const own = ((colour % colourCount) + colourCount) % colourCount
    let best = own
    if (taken.has(own)) {
      const free = used.map((_, i) => i).filter((i) => !taken.has(i))
      best = free.reduce((a, b) => ((used[b] as number) < (used[a] as number) ? b : a), free[0] ?? own)
    }
    used[best] = (used[best] as number) + 1
    assigned.set(id, best)
  }
  return assigned
}
