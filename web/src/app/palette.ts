/**
 * The product's colours. One accent; everything else means something.
 * Every pair of text and ground here holds at least 4.5 : 1 (palette.test.ts).
 */
import type { MantineColorsTuple } from '@mantine/core'
import type { AccountClass, Coverage, Status } from './search'

export const trail: MantineColorsTuple = [
  '#e7f5f2',
  '#c9e9e3',
  '#9dd8ce',
  '#6bc3b6',
  '#41ab9d',
  '#1f8f81',
  '#0f766a',
  '#0b6158',
  '#094f48',
  '#063b36',
]

/** Slate for the dark scheme: 0 text … 4 border, 6 panel, 7 page. The dark map uses the same. */
export const slate: MantineColorsTuple = [
  '#e6eaec',
  '#b7c1c6',
  '#93a0a7',
  '#6f7d85',
  '#3b474e',
  '#2b353b',
  '#1e262b',
  '#161c20',
  '#101518',
  '#0b0f11',
]

export type Scheme = 'light' | 'dark'

export const surfaces = {
  light: { page: '#f5f6f4', panel: '#ffffff', border: '#dfe3e1', text: '#17211f', muted: '#55615e' },
  dark: { page: slate[7], panel: slate[6], border: slate[4], text: slate[0], muted: slate[1] },
} as const satisfies Record<Scheme, Record<string, string>>

/** Dots on lists and points on the map. The hues differ for people who see no red or green, too. */
export const statusColours: Record<Scheme, Record<Status, string>> = {
  light: { prospect: '#c26a00', customer: '#1c5fb8', former: '#5d6664' },
  dark: { prospect: '#f0a63c', customer: '#6da8f2', former: '#9aa5a3' },
}

export const coverageColours: Record<Scheme, Record<Coverage, string>> = {
  light: { never: '#5d6664', on_track: '#0f766a', due: '#9a5b00', overdue: '#bd2f25' },
  dark: { never: '#9aa5a3', on_track: '#41ab9d', due: '#f0a63c', overdue: '#ff8a7d' },
}

export const classColours: Record<Scheme, Record<AccountClass, string>> = {
  light: { A: '#0b6158', B: '#3f6f9a', C: '#5d6664' },
  dark: { A: '#6bc3b6', B: '#8fb8de', C: '#9aa5a3' },
}

/** Open prospects of the extract, on map and cards. */
export const openProspectColour: Record<Scheme, string> = { light: '#7a4aa0', dark: '#c6a0e6' }
