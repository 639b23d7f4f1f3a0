/** What somebody did while another person changed the alignment: kept, to be done again or dropped. */
import type { Division } from './division'
import { type Change, nobody } from './painting'
import type { Alignment, Edited } from './types'

export type Conflict = {
  /** What was painted and not taken, in order. */
  changes: Change[]
  /** Another change that was not taken; it gets the version to name. */
  act: ((version: number) => Promise<Edited>) | null
  /** Who changed the alignment. */
  by: string
}

/** How many cells wait to be painted again. */
export const cellsOf = ({ changes }: Conflict) => new Set(changes.flatMap((change) => change.cells)).size

/** How many of them the other person has given to somebody else than they are painted for. */
export function takenMeanwhile(division: Division, { changes }: Conflict): number {
  const seen = new Map<string, { from: number; to: number }>()
  for (const { cells, from, to } of changes)
    cells.forEach((cell, i) => {
      seen.set(cell, { from: seen.get(cell)?.from ?? (from[i] as number), to: to[i] as number })
    })
  return [...seen].filter(([cell, { from, to }]) => {
    const now = division.painting.ownerOf(cell)
    return now !== from && now !== to
  }).length
}

/** What is kept when something else is refused, too: nothing of both is lost. */
export function sumOfConflicts(known: Conflict | null, more: Conflict | null): Conflict | null {
  if (!known || !more) return known ?? more
  const { act, by } = more
  return { changes: [...known.changes, ...more.changes], act: act ?? known.act, by }
}

/** What stays kept when cells are painted anew: all but those cells. */
export function keptBeside(known: Conflict | null, painted: Change): Conflict | null {
  if (!known) return null
  const anew = new Set(painted.cells)
  const changes = known.changes.map((change) => without(change, anew)).filter((each) => each.cells.length > 0)
  return changes.length > 0 || known.act ? { ...known, changes } : null
}

function without({ cells, from, to }: Change, gone: ReadonlySet<string>): Change {
  const stays = (_: unknown, i: number) => !gone.has(cells[i] as string)
  return { cells: cells.filter(stays), from: from.filter(stays), to: to.filter(stays) }
}

/**
 * Paints what was kept on the ground as it is now, stroke by stroke. Cells that are locked
 * meanwhile, and those for a territory that is locked or gone, stay as they are; `stayed`
 * counts them.
 */
export function paintedAgain(
  division: Division,
  { territories, lockedCells }: Pick<Alignment, 'territories' | 'lockedCells'>,
  kept: readonly Change[],
): { changes: Change[]; stayed: number } {
  const locked = new Set(territories.filter((each) => each.locked).map((each) => each.id))
  const known = new Set([nobody, ...territories.map((each) => each.id)])
  const cells = new Set<string>(lockedCells)
  const wanted = new Map<string, number>()
  const changes: Change[] = []
  for (const change of kept) {
    const stroke = division.painting.stroke(locked, cells)
    change.cells.forEach((cell, i) => {
      const to = change.to[i] as number
      wanted.set(cell, to)
      if (known.has(to)) division.paint(stroke, [cell], to)
    })
    const made = stroke.end()
    if (made) changes.push(made)
  }
  const stayed = [...wanted].filter(([cell, to]) => division.painting.ownerOf(cell) !== to).length
  return { changes, stayed }
}
