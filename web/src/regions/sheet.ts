/**
 * One map's worth of hexagons: a value each, classes with colours, and which of them are
 * looked at. Pure: the map's layers (layers.ts) and the legend both follow it.
 */
import type { Scheme } from '../app/palette'
import { classesAround, classesOf, classOf, type Method } from './breaks'
import type { Cell, Figure } from './figures'
import { diverging, pair, pairSteps, sequential } from './ramps'

/** A hexagon with what colours it; `w` is the second figure's, where two are blended. */
export type Valued = { cell: string; v: number; w?: number }

export type Sheet = {
  cells: readonly Valued[]
  /** Lower ends of the classes of v; of w too, where two figures are blended. */
  ends: number[]
  endsW?: number[]
  /** A colour a class; blended, nine of them: 3 · class of w + class of v. */
  colours: string[]
  /** How many hexagons each colour has. */
  counts: number[]
}

type Choice = { by: Method; steps: number; scheme: Scheme; held?: number[] | null }

/** The class that a hexagon is drawn in, as an index of colours; -1 for none. */
export function colourOf({ ends, endsW }: Pick<Sheet, 'ends' | 'endsW'>, { v, w }: Valued): number {
  if (!endsW) return classOf(ends, v)
  return pairSteps * Math.max(0, classOf(endsW, w ?? 0)) + Math.max(0, classOf(ends, v))
}

function counted(sheet: Omit<Sheet, 'counts'>): Sheet {
  const counts = new Array<number>(sheet.colours.length).fill(0)
  for (const cell of sheet.cells) {
    const at = colourOf(sheet, cell)
    if (at >= 0) counts[at] = (counts[at] ?? 0) + 1
  }
  return { ...sheet, counts }
}

/** Kept as long as the hexagons are: other classes of the same values need no other map. */
const known = new WeakMap<readonly Cell[], { of: readonly Figure[]; values: Valued[] }[]>()

function kept(cells: readonly Cell[], of: readonly Figure[], make: () => Valued[]): Valued[] {
  const lists = known.get(cells) ?? []
  known.set(cells, lists)
  const found = lists.find((list) => list.of.length === of.length && list.of.every((f, i) => f === of[i]))
  if (found) return found.values
  const values = make()
  lists.push({ of, values })
  return values
}

const valued = (cells: readonly Cell[], figure: Figure): Valued[] =>
  kept(cells, [figure], () =>
    cells.flatMap((cell) => {
      const v = figure.of(cell)
      return v === null ? [] : [{ cell: cell.cell, v }]
    }),
  )

/** One figure. */
export function single(cells: readonly Cell[], figure: Figure, choice: Choice): Sheet {
  const shown = valued(cells, figure)
  const values = shown.map(({ v }) => v)
  const ends = choice.held ?? endsFor(values, figure, choice)
  const ramp = figure.change ? diverging : sequential
  return counted({ cells: shown, ends, colours: ramp(choice.scheme, ends.length) })
}

function endsFor(values: number[], figure: Figure, { by, steps }: Choice): number[] {
  if (figure.change) return classesAround(values, { by, steps: steps % 2 ? steps : steps + 1 })
  return classesOf(values, { by, steps, whole: figure.kind === 'count' })
}

/** Two figures at once: three classes each, made from the hexagons that have some of it. */
export function blended(cells: readonly Cell[], across: Figure, up: Figure, choice: Choice): Sheet {
  const shown = kept(cells, [across, up], () =>
    cells.flatMap((cell): Valued[] => {
      const [v, w] = [across.of(cell), up.of(cell)]
      return v === null && w === null ? [] : [{ cell: cell.cell, v: v ?? 0, w: w ?? 0 }]
    }),
  )
  const thirds = (values: number[], figure: Figure) => {
    const some = values.filter((v) => v !== 0)
    if (figure.change) return [Number.NEGATIVE_INFINITY, ...aroundNothing(some)]
    return classesOf(some, { by: choice.by, steps: pairSteps, whole: figure.kind === 'count' })
  }
  return counted({
    cells: shown,
    ends: thirds(
      shown.map(({ v }) => v),
      across,
    ),
    endsW: thirds(
      shown.map(({ w }) => w ?? 0),
      up,
    ),
    colours: pair(choice.scheme).flat(),
  })
}

/** Less, as before, more: the ends around the smallest change. */
function aroundNothing(changes: number[]): number[] {
  const least = changes.reduce((min, v) => Math.min(min, Math.abs(v)), Number.POSITIVE_INFINITY)
  return Number.isFinite(least) ? [-least / 2, least / 2] : []
}

/** Values that are classes already: 0, 1, … as many as there are colours. */
export const byLevel = (cells: readonly Valued[], colours: string[]): Sheet =>
  counted({ cells, ends: colours.map((_, i) => i), colours })

/** Any values, more of them in a stronger colour. */
export function stepped(cells: readonly Valued[], { by, steps, scheme }: Choice): Sheet {
  const ends = classesOf(
    cells.map(({ v }) => v),
    { by, steps },
  )
  return counted({ cells, ends, colours: sequential(scheme, ends.length) })
}

/** The hexagons of the classes that are looked at; all when none is chosen. */
export function lookedAt(sheet: Sheet, only: readonly number[]): readonly Valued[] {
  if (only.length === 0) return sheet.cells
  const wanted = new Set(only)
  return sheet.cells.filter((cell) => wanted.has(colourOf(sheet, cell)))
}

/** The place of a hexagon among all by its value, the largest first, from 1; null when it has none. */
export function rankOf(sheet: Sheet, cell: string): number | null {
  const own = sheet.cells.find((c) => c.cell === cell)
  if (!own) return null
  return 1 + sheet.cells.reduce((larger, { v }) => larger + (v > own.v ? 1 : 0), 0)
}
