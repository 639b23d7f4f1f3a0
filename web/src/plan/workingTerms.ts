/** What is wrong with working terms before they are sent, and what they say in short. */
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
