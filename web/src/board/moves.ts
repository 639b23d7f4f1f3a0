/**
 * What a change does to the board before the server has answered: stops change places at
 * once, times follow from the preview where there is one.
 */
import { laneKey } from './grouping'
import type { Board, BoardStop, BoardUnplanned, BoardVisit, Effect, Lane, Move } from './types'

export type Place = { repId: number; day: string; position: number }

/** Where a visit is now. */
export type Whereabouts =
  | { kind: 'stop'; visit: BoardStop; lane: Lane }
  | { kind: 'unplanned'; visit: BoardUnplanned }
  | { kind: 'excluded'; visit: BoardVisit }

export function whereabouts(board: Board, visitId: number): Whereabouts | null {
  for (const lane of board.lanes) {
    const visit = lane.stops.find((stop) => stop.visitId === visitId)
    if (visit) return { kind: 'stop', visit, lane }
  }
  const unplanned = board.unplanned.find((visit) => visit.visitId === visitId)
  if (unplanned) return { kind: 'unplanned', visit: unplanned }
  const excluded = board.excluded.find((visit) => visit.visitId === visitId)
  return excluded ? { kind: 'excluded', visit: excluded } : null
}

/** The move of a visit to a place, or out of the plan. */
export const moveTo = (visitId: number, to: Place | null): Move =>
  to ? { visitId, to } : { visitId, unplan: true }

/** Whether a move to a place changes anything. */
export function isElsewhere(board: Board, visitId: number, to: Place | null): boolean {
  const from = whereabouts(board, visitId)
  if (!from) return false
  if (from.kind !== 'stop') return to !== null
  if (!to) return true
  return laneKey(from.lane) !== laneKey(to) || from.visit.position !== to.position
}

const visitOf = (visit: BoardVisit): BoardVisit => ({
  visitId: visit.visitId,
  siteId: visit.siteId,
  accountId: visit.accountId,
  name: visit.name,
  class: visit.class,
  status: visit.status,
  address: visit.address,
  point: visit.point,
  minutes: visit.minutes,
  ownerId: visit.ownerId,
  openingHours: visit.openingHours,
  mandatory: visit.mandatory,
  repId: visit.repId,
  day: visit.day,
  dueOn: visit.dueOn,
  lastVisitOn: visit.lastVisitOn,
  intervalDays: visit.intervalDays,
  reason: visit.reason,
  terms: visit.terms,
  ties: visit.ties,
})

const numbered = (stops: BoardStop[]) => stops.map((stop, i) => ({ ...stop, position: i + 1 }))

const shifted = (rfc3339: string, byMillis: number) => new Date(Date.parse(rfc3339) + byMillis).toISOString()

function without(board: Board, visitId: number): Board {
  return {
    ...board,
    lanes: board.lanes.map((lane) =>
      lane.stops.some((stop) => stop.visitId === visitId)
        ? { ...lane, stops: numbered(lane.stops.filter((stop) => stop.visitId !== visitId)) }
        : lane,
    ),
    unplanned: board.unplanned.filter((visit) => visit.visitId !== visitId),
    excluded: board.excluded.filter((visit) => visit.visitId !== visitId),
  }
}

function placed(board: Board, visit: BoardVisit, to: Place): Board {
  return {
    ...board,
    lanes: board.lanes.map((lane) => {
      if (laneKey(lane) !== laneKey(to)) return lane
      const at = Math.max(0, Math.min(lane.stops.length, to.position - 1))
      const before = lane.stops[at - 1]
      // Until the server has timed it: right after the stop before, or when the day begins.
      const begins = before?.leavesAt ?? lane.startsAt ?? lane.stops[at]?.arrivesAt ?? `${lane.day}T12:00:00Z`
      const stop: BoardStop = {
        driveSeconds: 0,
        driveMetres: 0,
        waitingSeconds: 0,
        slackSeconds: null,
        locked: false,
        lockedAt: null,
        pinned: false,
        violation: '',
        estimated: false,
        ...visit,
        position: at + 1,
        arrivesAt: begins,
        beginsAt: begins,
        leavesAt: shifted(begins, visit.minutes * 60_000),
      }
      return { ...lane, stops: numbered([...lane.stops.slice(0, at), stop, ...lane.stops.slice(at)]) }
    }),
  }
}

const byHand = (visit: BoardVisit): BoardUnplanned => ({
  ...visitOf(visit),
  why: 'removed_by_hand',
  detail: { detourSeconds: 0, overSeconds: 0, displacesSite: 0, displacesName: '', openingHours: '' },
})

function changed(board: Board, move: Move): Board {
  const { visitId, to, unplan, excluded, locked, pinned } = move
  const found = whereabouts(board, visitId)
  if (!found) return board
  if (to) return placed(without(board, visitId), found.visit, to)
  if (unplan || excluded === false) {
    const rest = without(board, visitId)
    return { ...rest, unplanned: [...rest.unplanned, byHand(found.visit)] }
  }
  if (excluded) {
    const rest = without(board, visitId)
    return { ...rest, excluded: [...rest.excluded, visitOf(found.visit)] }
  }
  const marks = { ...(locked === undefined ? {} : { locked }), ...(pinned === undefined ? {} : { pinned }) }
  return {
    ...board,
    lanes: board.lanes.map((lane) =>
      lane.stops.some((stop) => stop.visitId === visitId)
        ? {
            ...lane,
            stops: lane.stops.map((stop) => (stop.visitId === visitId ? { ...stop, ...marks } : stop)),
          }
        : lane,
    ),
  }
}

/** The board with the moves made; lanes without a change stay the same objects. */
export function withMoves(board: Board, moves: Move[], effect?: Effect | undefined): Board {
  const after = moves.reduce(changed, board)
  return effect ? timed(after, effect) : after
}

/** Takes the times of a preview over. */
export function timed(board: Board, effect: Effect): Board {
  const lanes = new Map(effect.lanes.map((lane) => [laneKey(lane), lane]))
  return {
    ...board,
    lanes: board.lanes.map((lane) => {
      const known = lanes.get(laneKey(lane))
      if (!known) return lane
      const { driveSeconds, driveMetres, visitSeconds, waitingSeconds, overtimeSeconds } = known.after
      const times = new Map(known.stops.map(({ visitId, ...time }) => [visitId, time]))
      const stops = lane.stops.map((stop) => ({ ...stop, ...times.get(stop.visitId) }))
      const toStops = stops.reduce((sum, stop) => sum + stop.driveSeconds, 0)
      return {
        ...lane,
        driveSeconds,
        driveMetres,
        visitSeconds,
        waitingSeconds,
        overtimeSeconds,
        startsAt: known.startsAt,
        endsAt: known.endsAt,
        lunchAt: known.lunchAt,
        violations: known.violations,
        lastLegSeconds: Math.max(0, driveSeconds - toStops),
        stops,
      }
    }),
  }
}

/** Lanes that a change touches: their times are those of before until the server answers. */
export function touched(board: Board, moves: Move[]): string[] {
  const keys = new Set<string>()
  for (const move of moves) {
    if (!move.to && !move.unplan && move.excluded === undefined) continue
    const from = whereabouts(board, move.visitId)
    if (from?.kind === 'stop') keys.add(laneKey(from.lane))
    if (move.to) keys.add(laneKey(move.to))
  }
  return [...keys]
}

/** The moves of an intent that still mean something on another state of the plan. */
export function stillPossible(board: Board, moves: Move[]): Move[] {
  const lanes = new Map(board.lanes.map((lane) => [laneKey(lane), lane]))
  return moves.flatMap((move) => {
    const found = whereabouts(board, move.visitId)
    if (!found) return []
    if (!move.to) return [move]
    const lane = lanes.get(laneKey(move.to))
    if (!lane) return []
    const own = found.kind === 'stop' && laneKey(found.lane) === laneKey(move.to)
    const room = lane.stops.length + (own ? 0 : 1)
    return [{ ...move, to: { ...move.to, position: Math.max(1, Math.min(room, move.to.position)) } }]
  })
}
