/** The list of territories: areas and regions above what belongs to them, figures as painted. */
import { type Balance, balanceOf, type CellFigure, type Painting } from './painting'
import type { Territory } from './types'
import type { BarFigure } from './view'

export type Row = {
  territory: Territory
  /** How far it is moved in below its parents. */
  depth: number
  /** The territories with cells that it stands for: itself, or those below it. */
  leaves: Territory[]
}

type Measured = Pick<Painting, 'of'>

/** In the order of the alignment, what belongs together under its parent. */
export function rowsOf(territories: readonly Territory[]): Row[] {
  const ids = new Set(territories.map((each) => each.id))
  const below = new Map<number | null, Territory[]>()
  for (const each of territories) {
    const parent = each.parentId !== null && ids.has(each.parentId) ? each.parentId : null
    const known = below.get(parent)
    if (known) known.push(each)
    else below.set(parent, [each])
  }
  const rows: Row[] = []
  const leavesOf = (territory: Territory): Territory[] =>
    territory.level === 'territory' ? [territory] : (below.get(territory.id) ?? []).flatMap(leavesOf)
  const add = (parent: number | null, depth: number) => {
    for (const territory of below.get(parent) ?? []) {
      rows.push({ territory, depth, leaves: leavesOf(territory) })
      if (territory.level !== 'territory') add(territory.id, depth + 1)
    }
  }
  add(null, 0)
  return rows
}

/** Territories that have cells of their own, or could. */
export const leaves = (territories: readonly Territory[]) =>
  territories.filter((each) => each.level === 'territory')

/** A figure of a territory as painted now, with the accounts that an exception gives it. */
export function figureOf(painting: Measured, territory: Territory, figure: BarFigure | CellFigure): number {
  const share = painting.of(territory.id)
  const { held } = territory
  return figure === 'workload'
    ? share.visitHours + share.driveHours + held.visitHours + held.driveHours
    : share[figure] + held[figure]
}

export const sumOf = (
  painting: Measured,
  territories: readonly Territory[],
  figure: BarFigure | CellFigure,
) => territories.reduce((sum, each) => sum + figureOf(painting, each, figure), 0)

/** How even a figure is among the territories that have cells or exceptions. */
export const evennessOf = (
  painting: Measured,
  territories: readonly Territory[],
  figure: BarFigure,
): Balance & { count: number } => {
  const measured = leaves(territories).filter((each) => painting.of(each.id).cells > 0 || each.exceptions > 0)
  return {
    ...balanceOf(measured.map((each) => figureOf(painting, each, figure))),
    count: measured.length,
  }
}

/** Within a tenth of the mean, or how it is off. */
export type Off = 'even' | 'over' | 'under'
export const tolerance = 0.1
export const offOf = (share: number): Off =>
  share > 1 + tolerance ? 'over' : share < 1 - tolerance ? 'under' : 'even'
