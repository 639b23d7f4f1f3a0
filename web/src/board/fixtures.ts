/** Boards for tests: small ones by hand, large ones by arithmetic. Times in New York, in winter. */
import { laneKey } from './grouping'
import type { Board, BoardStop, BoardUnplanned, BoardVisit, Lane, PlanHead } from './types'

/** HH:MM in New York in winter as the API writes it. */
export const at = (day: string, hhmm: string) => {
  const [h = 0, m = 0] = hhmm.split(':').map(Number)
  return new Date(Date.parse(`${day}T00:00:00Z`) + ((h + 5) * 60 + m) * 60_000).toISOString()
}

const laterBy = (hhmm: string, minutes: number) => {
  const all = Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3)) + minutes
  return `${String(Math.floor(all / 60)).padStart(2, '0')}:${String(Math.floor(all % 60)).padStart(2, '0')}`
}

export const aVisit = (visitId: number, change: Partial<BoardVisit> = {}): BoardVisit => ({
  visitId,
  siteId: 1000 + visitId,
  accountId: 2000 + visitId,
  name: `Account ${visitId}`,
  class: (['A', 'B', 'C'] as const)[visitId % 3] ?? 'B',
  status: 'customer',
  address: `${visitId} Main Street, Newark`,
  point: [-75.7 + (visitId % 17) * 0.01, 39.6 + (visitId % 13) * 0.01],
  minutes: 30,
  ownerId: 1,
  openingHours: 'Mo-Fr 09:00-17:00',
  mandatory: false,
  repId: null,
  day: null,
  lastVisitOn: '2026-10-20',
  intervalDays: 30,
  dueOn: '2026-11-20',
  reason: 'due',
  terms: null,
  ties: [],
  ...change,
})

/** A stop that begins at a clock time, after ten minutes of driving. */
export const aStop = (
  visitId: number,
  day: string,
  begins: string,
  change: Partial<BoardStop> = {},
): BoardStop => {
  const visit = aVisit(visitId, change)
  return {
    ...visit,
    position: 1,
    arrivesAt: at(day, begins),
    beginsAt: at(day, begins),
    leavesAt: at(day, laterBy(begins, visit.minutes)),
    driveSeconds: 600,
    driveMetres: 8000,
    waitingSeconds: 0,
    slackSeconds: 3600,
    locked: false,
    lockedAt: null,
    pinned: false,
    violation: '',
    estimated: false,
    ...change,
  }
}

export const aLane = (
  repId: number,
  day: string,
  stops: BoardStop[] = [],
  change: Partial<Lane> = {},
): Lane => ({
  repId,
  day,
  works: true,
  workStart: '08:00',
  workEnd: '17:00',
  startPoint: [-75.6, 39.7],
  startAddress: '1 Home Road',
  endPoint: [-75.6, 39.7],
  endAddress: '1 Home Road',
  startsAt: stops.length > 0 ? at(day, '08:00') : null,
  endsAt: stops.length > 0 ? at(day, '16:00') : null,
  driveSeconds: stops.length * 600,
  driveMetres: stops.length * 8000,
  visitSeconds: stops.reduce((sum, stop) => sum + stop.minutes * 60, 0),
  waitingSeconds: 0,
  overtimeSeconds: 0,
  lastLegSeconds: 0,
  lastLegMetres: 0,
  lastLegEstimated: false,
  lunchAt: null,
  lunchSeconds: 0,
  publishedPlanId: null,
  changedByRep: false,
  violations: [],
  stops: stops.map((stop, i) => ({ ...stop, position: i + 1 })),
  ...change,
})

export const aHead = (change: Partial<PlanHead> = {}): PlanHead => ({
  id: 7,
  name: 'North, week 48',
  kind: 'period',
  state: 'done',
  progress: 1,
  error: '',
  preset: 'balanced',
  byHour: false,
  fromDay: '2026-11-23',
  toDay: '2026-11-24',
  repIds: [1, 2],
  timeZone: 'America/New_York',
  version: 3,
  published: false,
  publishedAt: null,
  createdAt: '2026-11-22T10:00:00Z',
  changed: false,
  createdBy: 3,
  createdByName: 'Mara Manager',
  mayWrite: true,
  dueLeftOut: 0,
  best: null,
  ...change,
})

export const anUnplanned = (visitId: number, change: Partial<BoardUnplanned> = {}): BoardUnplanned => ({
  ...aVisit(visitId),
  why: 'day_full',
  detail: { detourSeconds: 900, overSeconds: 1200, displacesSite: 0, displacesName: '', openingHours: '' },
  ...change,
})

export function boardOf(lanes: Lane[], change: Partial<Board> = {}): Board {
  const stops = lanes.flatMap((lane) => lane.stops)
  return {
    plan: aHead(),
    reps: [...new Set(lanes.map((lane) => lane.repId))].map((id) => ({
      id,
      name: `Rep ${id}`,
      profile: 'car' as const,
    })),
    days: [...new Set(lanes.map((lane) => lane.day))].sort(),
    lanes,
    unplanned: [],
    excluded: [],
    hidden: 0,
    isBest: false,
    totals: {
      visits: stops.length,
      unplanned: change.unplanned?.length ?? 0,
      mandatoryMissed: 0,
      driveSeconds: lanes.reduce((sum, lane) => sum + lane.driveSeconds, 0),
      driveMetres: lanes.reduce((sum, lane) => sum + lane.driveMetres, 0),
      visitSeconds: stops.reduce((sum, stop) => sum + stop.minutes * 60, 0),
      waitingSeconds: 0,
      overtimeSeconds: 0,
      violations: 0,
      value: stops.length,
    },
    history: { canUndo: false, canRedo: false },
    ...change,
  }
}

/** Two reps, two days, five visits, one that does not fit. */
export function aBoard(change: Partial<Board> = {}): Board {
  const [monday, tuesday] = ['2026-11-23', '2026-11-24']
  return boardOf(
    [
      aLane(1, monday, [aStop(11, monday, '08:30'), aStop(12, monday, '10:00'), aStop(13, monday, '14:00')]),
      aLane(1, tuesday, [aStop(14, tuesday, '09:00')]),
      aLane(2, monday, [aStop(21, monday, '09:00', { locked: true })]),
      aLane(2, tuesday, []),
    ],
    { unplanned: [anUnplanned(31)], ...change },
  )
}

/** A month: reps × working days with eight visits each. */
export function aMonth(reps: number, days: number): Board {
  const first = Date.parse('2026-11-02T12:00:00Z')
  const names = Array.from({ length: 60 }, (_, i) => new Date(first + i * 86_400_000))
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .slice(0, days)
    .map((day) => day.toISOString().slice(0, 10))
  const lanes = Array.from({ length: reps }, (_, r) =>
    names.map((day, d) =>
      aLane(
        r + 1,
        day,
        Array.from({ length: 8 }, (_, v) =>
          aStop(
            (r * days + d) * 8 + v + 1,
            day,
            laterBy('08:15', v * 55 + (v > 3 ? 40 : 0) + ((r + d) % 5) * 3),
          ),
        ),
        { lunchAt: at(day, '11:45'), lunchSeconds: 1800 },
      ),
    ),
  ).flat()
  return boardOf(lanes, {
    plan: aHead({ fromDay: names[0] ?? '', toDay: names.at(-1) ?? '' }),
  })
}

export const laneOf = (board: Board, repId: number, day: string): Lane => {
  const lane = board.lanes.find((lane) => laneKey(lane) === laneKey({ repId, day }))
  if (!lane) throw new Error(`no lane of rep ${repId} on ${day}`)
  return lane
}
