/** What is wrong with working terms before they are sent, and what they say in short. */
import type { Point } from '../api/types'
import type { WorkingTerms } from './termsQueries'

export type TermsProblem =
  | 'hoursWrong'
  | 'lunchWrong'
  | 'weekWrong'
  | 'endMissing'
  | 'timeMissing'
  | 'speedWrong'

/** The first thing that is wrong, or null. */
export function problemOf(terms: WorkingTerms): TermsProblem | null {
  const times = [terms.workStart, terms.workEnd, terms.lunchEarliest, terms.lunchLatest]
  if ([...times, ...terms.week.flatMap((day) => [day.from, day.to])].some((time) => time === ''))
    return 'timeMissing'
  if (terms.workEnd <= terms.workStart) return 'hoursWrong'
  if (terms.week.some((day) => day.to <= day.from)) return 'weekWrong'
  if (terms.lunchMinutes > 0 && terms.lunchLatest < terms.lunchEarliest) return 'lunchWrong'
  if (terms.end === 'place' && !terms.endPoint) return 'endMissing'
  if (!(terms.speedPercent >= 50 && terms.speedPercent <= 150)) return 'speedWrong'
  return null
}

/** The terms with a weekday switched on, with its usual hours, or off. */
export function withWeekday(terms: WorkingTerms, weekday: number, on: boolean): WorkingTerms {
  const others = terms.week.filter((day) => day.weekday !== weekday)
  const week = on ? [...others, { weekday, from: terms.workStart, to: terms.workEnd }] : others
  return { ...terms, week: week.sort((a, b) => a.weekday - b.weekday) }
}

/** Monday to Friday by the usual hours: where one begins who wants hours by weekday. */
export const usualWeek = (terms: WorkingTerms): WorkingTerms['week'] =>
  [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: terms.workStart, to: terms.workEnd }))

/** The terms of one day: a weekday with hours of its own brings them along. */
export function onDay(terms: WorkingTerms, day: string): WorkingTerms {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay() || 7
  const own = terms.week.find((each) => each.weekday === weekday)
  return { ...terms, week: [], ...(own ? { workStart: own.from, workEnd: own.to } : {}) }
}

/** What a plan of one day is asked for with. No limit is the widest one: left out, the rep's own would hold. */
export function dayTerms(terms: WorkingTerms) {
  return {
    ...(terms.startPoint ? { startPoint: terms.startPoint as Point, startAddress: terms.startAddress } : {}),
    ...(terms.end === 'last_stop'
      ? { endAnywhere: true }
      : terms.end === 'place' && terms.endPoint
        ? { endPoint: terms.endPoint as Point, endAddress: terms.endAddress }
        : terms.startPoint
          ? { endPoint: terms.startPoint as Point, endAddress: terms.startAddress }
          : {}),
    workStart: terms.workStart,
    workEnd: terms.workEnd,
    lunchMinutes: terms.lunchMinutes,
    lunchEarliest: terms.lunchEarliest,
    lunchLatest: terms.lunchLatest,
    profile: terms.profile ?? 'car',
    maxDriveMinutes: terms.maxDriveMinutes || 1440,
    maxKilometres: terms.maxKilometres || 2000,
    maxVisits: terms.maxVisits || 200,
    speedPercent: terms.speedPercent,
    skills: terms.skills,
  }
}
