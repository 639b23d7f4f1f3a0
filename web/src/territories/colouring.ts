/** What cells are coloured by: whose they are, a figure in classes, or how well they are visited. */
import type { Scheme } from '../app/palette'
import { coverageColours } from '../app/palette'
import type { Coverage } from '../app/search'
import { classesOf } from '../regions/breaks'
import { sequential } from '../regions/ramps'
import type { CellFigure, Painting } from './painting'

export type FigureClasses = { ends: number[]; colours: string[] }

const steps = 6

/** Classes with about as many cells in each; cells with nothing are in none. */
export function figureClasses(painting: Painting, figure: CellFigure, scheme: Scheme): FigureClasses {
  const values = painting.cells.map((cell) => painting.valueOf(cell, figure)).filter((value) => value > 0)
  const whole = figure !== 'visitHours' && figure !== 'driveHours'
  const ends = classesOf(values, { by: 'quantile', steps, whole })
  return { ends, colours: sequential(scheme, ends.length) }
}

/** Accounts of a cell by how their visits stand. */
export type CoverageCounts = Record<Coverage, number>

export const coverageOrder = ['on_track', 'due', 'overdue', 'never'] as const satisfies readonly Coverage[]

/** The state that most accounts of a cell are in, worse ones first where it is even; null without accounts. */
export function mostly(counts: CoverageCounts | undefined): Coverage | null {
  if (!counts) return null
  const worst = [...coverageOrder].reverse()
  const most = worst.reduce((a, b) => (counts[b] > counts[a] ? b : a))
  return counts[most] > 0 ? most : null
}

/** Classes of one value each: the place of the state in coverageOrder. */
export const coverageClasses = (scheme: Scheme): FigureClasses => ({
  ends: coverageOrder.map((_, i) => i),
  colours: coverageOrder.map((state) => coverageColours[scheme][state]),
})
