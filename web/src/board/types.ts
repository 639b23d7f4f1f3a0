/** The planner board as the API gives it. */
import type { Point } from '../api/types'
import type { AccountClass, Status } from '../app/search'

export type PlanState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
export type Preset = 'balanced' | 'most_visits' | 'least_driving'
export type VisitReason = 'overdue' | 'due' | 'never' | 'chosen'
export type Rating = 'green' | 'yellow' | 'red'

export type PlanHead = {
  id: number
  name: string
  kind: 'day' | 'period'
  state: PlanState
  progress: number
  error: string
  preset: Preset
  fromDay: string
  toDay: string
  repIds: number[]
  timeZone: string
  version: number
  published: boolean
  publishedAt: string | null
  changed: boolean
  createdAt: string
  createdBy: number
  createdByName: string
  mayWrite: boolean
  dueLeftOut: number
  best: {
    unplanned: number
    driveSeconds: number
    visits: number
    elapsedSeconds: number
    improved: number
  } | null
}

export type BoardVisit = {
  visitId: number
  siteId: number
  accountId: number
  name: string
  class: AccountClass
  status: Status
  ownerId: number | null
  address: string
  point: Point
  minutes: number
  openingHours: string
  mandatory: boolean
  repId: number | null
  day: string | null
  dueOn: string | null
  lastVisitOn: string | null
  intervalDays: number
  reason: VisitReason
}

export type BoardStop = BoardVisit & {
  position: number
  arrivesAt: string
  beginsAt: string
  leavesAt: string
  driveSeconds: number
  driveMetres: number
  waitingSeconds: number
  slackSeconds: number | null
  locked: boolean
  lockedAt: string | null
  pinned: boolean
  violation: string
  estimated: boolean
}

export type BoardUnplanned = BoardVisit & {
  why: string
  detail: {
    detourSeconds: number
    overSeconds: number
    displacesSite: number
    displacesName: string
    openingHours: string
  }
}

export type Lane = {
  repId: number
  day: string
  works: boolean
  workStart: string
  workEnd: string
  startPoint: Point | null
  startAddress: string
  endPoint: Point | null
  endAddress: string
  startsAt: string | null
  endsAt: string | null
  driveSeconds: number
  driveMetres: number
  visitSeconds: number
  waitingSeconds: number
  overtimeSeconds: number
  lunchAt: string | null
  lunchSeconds: number
  lastLegSeconds: number
  lastLegMetres: number
  lastLegEstimated: boolean
  violations: string[]
  stops: BoardStop[]
}

export type Totals = {
  visits: number
  unplanned: number
  mandatoryMissed: number
  driveSeconds: number
  driveMetres: number
  visitSeconds: number
  waitingSeconds: number
  overtimeSeconds: number
  violations: number
  value: number
}

export type Board = {
  plan: PlanHead
  reps: { id: number; name: string }[]
  days: string[]
  lanes: Lane[]
  unplanned: BoardUnplanned[]
  excluded: BoardVisit[]
  totals: Totals
  history: { canUndo: boolean; canRedo: boolean }
}

export type Move = {
  visitId: number
  to?: { repId: number; day: string; position: number }
  unplan?: boolean
  locked?: boolean
  pinned?: boolean
  excluded?: boolean
}

export type LaneTotals = {
  visits: number
  driveSeconds: number
  driveMetres: number
  visitSeconds: number
  waitingSeconds: number
  overtimeSeconds: number
  violations: number
}

export type Effect = {
  version: number
  driveSeconds: number
  driveMetres: number
  visitSeconds: number
  waitingSeconds: number
  overtimeSeconds: number
  violations: number
  lanes: {
    repId: number
    day: string
    before: LaneTotals
    after: LaneTotals
    startsAt: string | null
    endsAt: string | null
    lunchAt: string | null
    violations: string[]
    stops: {
      visitId: number
      arrivesAt: string
      beginsAt: string
      leavesAt: string
      driveSeconds: number
      waitingSeconds: number
      violation: string
    }[]
  }[]
}

export type DayRating = {
  repId: number
  day: string
  rating: Rating
  detourSeconds: number | null
  beginsAt: string | null
  visits: number
  planId: number | null
  published: boolean
}
export type SuitablePlace = {
  repId: number
  day: string
  position: number
  beginsAt: string
  detourSeconds: number
  detourMetres: number
  rating: Rating
}
export type SuitablePlaces = { items: SuitablePlace[]; days: DayRating[] }

export type HistoryItem = {
  number: number
  what:
    | 'created'
    | 'planned'
    | 'moved'
    | 'locked'
    | 'excluded'
    | 'improved'
    | 'added'
    | 'published'
    | 'withdrawn'
  detail: {
    visits?: number
    name?: string
    repId?: number
    day?: string
    on?: boolean
    pinned?: boolean
    stopped?: boolean
    seconds?: number
    lanes?: number
    from?: number
  }
  byName: string
  at: string
  totals: Totals
  current: boolean
  undone: boolean
}

export type Comparison = {
  a: { plan: PlanHead; totals: Totals }
  b: { plan: PlanHead; totals: Totals }
  byRep: { repId: number; repName: string; a: LaneTotals; b: LaneTotals }[]
  moved: {
    accountId: number
    siteId: number
    name: string
    a: { repId: number; day: string } | null
    b: { repId: number; day: string } | null
  }[]
}

export type Proposal = {
  siteId: number
  accountId: number
  name: string
  class: AccountClass
  status: Status
  ownerId: number
  address: string
  point: Point
  minutes: number
  reason: 'overdue' | 'due' | 'never'
  dueOn: string | null
  lastVisitOn: string | null
  intervalDays: number
  times: number
}
export type Proposals = {
  items: Proposal[]
  byReason: { overdue: number; due: number; never: number }
  total: number
}

export type PeriodRequest = {
  name?: string
  repIds?: number[]
  teamId?: number
  from: string
  to: string
  preset: Preset
  assignment?: 'owner' | 'prefer_owner' | 'any'
  visits: { siteId: number; minutes?: number; mandatory?: boolean; repId?: number; day?: string }[]
  byDueDate: boolean
  respectOpeningHours?: boolean
  lunchMinutes?: number
  workingDays?: number[]
  maxDriveMinutes?: number
  seconds?: number
}
