/**
 * The colours of lanes on board and map. They differ for people who see no red or green,
 * too (hue and lightness alternate), and each carries its number's text at 4.5 : 1.
 */
import type { Scheme } from '../app/palette'
import type { GroupBy } from './grouping'
import type { Board } from './types'

export type LaneColour = { line: string; text: string }

const light = [
  '#1c5fb8',
  '#a85a00',
  '#7b3fa0',
  '#0b6f63',
  '#b0246b',
  '#4f6b12',
  '#2a3f8f',
  '#8a3b1e',
  '#00708f',
  '#59626a',
]
const dark = [
  '#7fb2f5',
  '#f0a63c',
  '#c9a0e8',
  '#5fc9ba',
  '#f58fbd',
  '#b3cf5f',
  '#a3aef5',
  '#f0a184',
  '#66c8e6',
  '#b0bac1',
]

export const laneColours: Record<Scheme, LaneColour[]> = {
  light: light.map((line) => ({ line, text: '#ffffff' })),
  dark: dark.map((line) => ({ line, text: '#10181b' })),
}

/**
 * The colour of each lane: the lanes of one group differ, so that a rep's week, or the
 * reps of a day, can be told apart on the map.
 */
export function colourOf(board: Board, by: GroupBy, scheme: Scheme) {
  const colours = laneColours[scheme]
  const index = new Map<string | number, number>(
    by === 'rep' ? board.days.map((day, i) => [day, i]) : board.reps.map((rep, i) => [rep.id, i]),
  )
  return (lane: { repId: number; day: string }): LaneColour => {
    const at = index.get(by === 'rep' ? lane.day : lane.repId) ?? 0
    return colours[at % colours.length] as LaneColour
  }
}
