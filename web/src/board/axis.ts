/**
 * The time axis of the board: minutes after midnight of a lane's day, in the plan's
 * zone, to pixels, and a lane as the blocks that are drawn on it.
 *
 *   const axis = axisOf(board.lanes, clock)          { from: 420, to: 1080 }
 *   const blocks = blocksOf(lane, clock)
 *   const { left, width } = spanOf(block, axis, 900)
 */
import type { BoardStop, Lane } from './types'

/** Minutes after midnight of the given day; a time on the day after is above 1440. */
export type Clock = (rfc3339: string, day: string) => number

/** The clock of an IANA zone. Remembers what it worked out: a month's board asks thousands of times. */
export function clockOf(timeZone: string): Clock {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const known = new Map<string, { day: string; minutes: number }>()
  return (rfc3339, day) => {
    let at = known.get(rfc3339)
    if (!at) {
      const found: Record<string, string> = {}
      for (const { type, value } of parts.formatToParts(new Date(rfc3339))) found[type] = value
      at = {
        day: `${found.year}-${found.month}-${found.day}`,
        minutes: Number(found.hour) * 60 + Number(found.minute) + Number(found.second) / 60,
      }
      known.set(rfc3339, at)
    }
    if (at.day === day) return at.minutes
    const days = Math.round((Date.parse(`${at.day}T12:00:00Z`) - Date.parse(`${day}T12:00:00Z`)) / 86_400_000)
    return at.minutes + days * 1440
  }
}

/** HH:MM as minutes after midnight. */
export const minutesOf = (hhmm: string) => Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3, 5))

/** What the board shows of a day, in minutes after midnight, on whole hours. */
export type Axis = { from: number; to: number }

const workday: Axis = { from: 8 * 60, to: 17 * 60 }

/**
 * From the hour in which the first lane begins to the hour in which the last one ends, with an
 * hour of room after work: a day that gets a little late moves nothing else.
 */
export function axisOf(lanes: Lane[], clock: Clock): Axis {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const lane of lanes) {
    if (!lane.works && lane.stops.length === 0) continue
    from = Math.min(from, minutesOf(lane.workStart))
    to = Math.max(to, minutesOf(lane.workEnd) + 60)
    if (lane.startsAt) from = Math.min(from, clock(lane.startsAt, lane.day))
    if (lane.endsAt) to = Math.max(to, clock(lane.endsAt, lane.day))
  }
  if (from >= to) return workday
  return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 }
}

/** An axis that holds two. */
export const widest = (a: Axis | null, b: Axis): Axis =>
  a ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : b

/** Pixels from the left edge of the axis to a time. */
export const xOf = (minutes: number, axis: Axis, width: number) =>
  ((minutes - axis.from) / (axis.to - axis.from)) * width

/** The time at a number of pixels from the left edge. */
export const minutesAt = (x: number, axis: Axis, width: number) =>
  axis.from + (x / width) * (axis.to - axis.from)

/** Left edge and width in pixels; what lies outside of the axis is cut off. */
export function spanOf(span: { from: number; to: number }, axis: Axis, width: number) {
  const left = Math.max(0, xOf(span.from, axis, width))
  return { left, width: Math.max(0, Math.min(width, xOf(span.to, axis, width)) - left) }
}

/** The hours at which a line is drawn, so far apart that their names (48 px) do not touch. */
export function ticksOf(axis: Axis, width: number): number[] {
  const hours = (axis.to - axis.from) / 60
  const step = [1, 2, 3, 4, 6].find((every) => (width / hours) * every >= 52) ?? 12
  const ticks: number[] = []
  for (let at = Math.ceil(axis.from / (step * 60)) * step * 60; at <= axis.to; at += step * 60) ticks.push(at)
  return ticks
}

export type Block = { key: string; from: number; to: number } & (
  | { kind: 'drive'; metres: number; estimated: boolean }
  | { kind: 'wait' | 'lunch' }
  | { kind: 'visit'; stop: BoardStop }
)

/**
 * A lane as blocks in the order of time: driving before each visit, waiting, the visit,
 * lunch where it is, and the drive to the end. Lunch during a drive parts the drive.
 */
export function blocksOf(lane: Lane, clock: Clock): Block[] {
  const { day, stops } = lane
  const blocks: Block[] = []
  const lunch =
    lane.lunchAt && lane.lunchSeconds > 0
      ? { from: clock(lane.lunchAt, day), to: clock(lane.lunchAt, day) + lane.lunchSeconds / 60 }
      : null
  const drive = (key: string, to: number, seconds: number, metres: number, estimated: boolean) => {
    if (seconds <= 0) return
    const length = seconds / 60
    const rest = { kind: 'drive', metres, estimated } as const
    if (!lunch || lunch.to <= to - length || lunch.from >= to) {
      blocks.push({ key, from: to - length, to, ...rest })
      return
    }
    // The driving that is over before lunch, and what is left of it afterwards.
    const after = to - lunch.to
    blocks.push({ key, from: lunch.from - (length - after), to: lunch.from, ...rest })
    if (after > 0) blocks.push({ key: `${key}-rest`, from: lunch.to, to, ...rest })
  }
  for (const stop of stops) {
    const arrives = clock(stop.arrivesAt, day)
    const begins = Math.max(arrives, clock(stop.beginsAt, day))
    drive(`drive-${stop.visitId}`, arrives, stop.driveSeconds, stop.driveMetres, stop.estimated)
    // Lunch may be taken while waiting.
    const wait = { from: begins - stop.waitingSeconds / 60, to: begins }
    if (stop.waitingSeconds >= 60) blocks.push({ key: `wait-${stop.visitId}`, kind: 'wait', ...wait })
    blocks.push({
      key: `visit-${stop.visitId}`,
      kind: 'visit',
      from: begins,
      to: begins + stop.minutes,
      stop,
    })
  }
  if (stops.length > 0 && lane.endsAt)
    drive(
      'drive-end',
      clock(lane.endsAt, day),
      lane.lastLegSeconds,
      lane.lastLegMetres,
      lane.lastLegEstimated,
    )
  if (lunch) blocks.push({ key: 'lunch', kind: 'lunch', ...lunch })
  return blocks.sort((a, b) => a.from - b.from)
}

/**
 * The position (from 1) at which a visit dropped at a time would stand: after every other
 * stop whose middle lies before that time.
 */
export function positionAt(minutes: number, lane: Lane, clock: Clock, without?: number): number {
  let position = 1
  for (const stop of lane.stops) {
    if (stop.visitId === without) continue
    const begins = clock(stop.beginsAt, lane.day)
    if (minutes > begins + stop.minutes / 2) position++
  }
  return position
}

/** Where the mark of a place among a lane's stops is drawn, in minutes after midnight. */
export function placeMinutes(position: number, lane: Lane, clock: Clock, without?: number): number {
  const others = lane.stops.filter((stop) => stop.visitId !== without)
  const before = others[position - 2]
  const after = others[position - 1]
  const begins = (stop: BoardStop) => clock(stop.beginsAt, lane.day)
  if (before && after) return (begins(before) + before.minutes + begins(after)) / 2
  if (after) return begins(after) - Math.min(30, after.driveSeconds / 120)
  if (before) return begins(before) + before.minutes + 4
  return minutesOf(lane.workStart)
}
