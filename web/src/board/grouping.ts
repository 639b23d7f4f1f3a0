/** The board's rows: a heading for each rep or day, and below it one lane after the other. */
import type { Board, Lane } from './types'

export type GroupBy = 'rep' | 'day'

export type Row =
  | {
      kind: 'group'
      key: string
      /** The rep's id or the day. */
      group: string
      open: boolean
      lanes: Lane[]
    }
  | { kind: 'lane'; key: string; lane: Lane; number: number }

export const laneKey = (lane: { repId: number; day: string }) => `${lane.repId}/${lane.day}`

/**
 * Groups in the order of the board's reps or days, lanes inside them in the order of the
 * other. Days on which a rep neither works nor has a stop are left out unless `all`.
 */
export function rowsOf(board: Board, by: GroupBy, closed: ReadonlySet<string>, all = false): Row[] {
  const lanes = new Map(board.lanes.map((lane) => [laneKey(lane), lane]))
  const outer = by === 'rep' ? board.reps.map((rep) => String(rep.id)) : board.days
  const inner = by === 'rep' ? board.days : board.reps.map((rep) => String(rep.id))
  const rows: Row[] = []
  for (const group of outer) {
    const found = inner.flatMap((other) => {
      const [repId, day] = by === 'rep' ? [Number(group), other] : [Number(other), group]
      const lane = lanes.get(laneKey({ repId, day }))
      return lane && (all || lane.works || lane.stops.length > 0) ? [lane] : []
    })
    if (found.length === 0) continue
    const key = `group/${group}`
    const open = !closed.has(key)
    rows.push({ kind: 'group', key, group, open, lanes: found })
    if (open)
      found.forEach((lane, i) => {
        rows.push({ kind: 'lane', key: laneKey(lane), lane, number: i })
      })
  }
  return rows
}

export type GroupTotals = {
  visits: number
  driveSeconds: number
  driveMetres: number
  overtimeSeconds: number
  violations: number
}

/** What a group's heading says: the sums over its lanes. */
export function groupTotals(lanes: Lane[]): GroupTotals {
  const sum = (of: (lane: Lane) => number) => lanes.reduce((total, lane) => total + of(lane), 0)
  return {
    visits: sum((lane) => lane.stops.length),
    driveSeconds: sum((lane) => lane.driveSeconds),
    driveMetres: sum((lane) => lane.driveMetres),
    overtimeSeconds: sum((lane) => lane.overtimeSeconds),
    violations: sum(violationsOf),
  }
}

/** Rules that a lane breaks, counted as the server does: a day that ends late counts once, not at each stop. */
export const violationsOf = (lane: Lane) =>
  lane.violations.length +
  lane.stops.filter((stop) => stop.violation !== '' && stop.violation !== 'after_working_hours').length
