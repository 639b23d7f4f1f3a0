/** The days of a new plan: a week, a month, or any range, as first and last day. */
import { addDays } from '../plan/day'

export type PeriodKind = 'week' | 'month' | 'range'
export type Period = { from: string; to: string }

export const mostDays = 31

/** The Monday to Sunday of the week that lies `by` weeks after that of a day. */
export function weekOf(day: string, by = 0): Period {
  const from = addDays(mondayOf(day), by * 7)
  return { from, to: addDays(from, 6) }
}

/** The month that lies `by` months after that of a day, all of it. */
export function monthOf(day: string, by = 0): Period {
  const [year = 0, month = 1] = day.split('-').map(Number)
  const first = new Date(Date.UTC(year, month - 1 + by, 1, 12))
  const last = new Date(Date.UTC(year, month + by, 0, 12))
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) }
}

/** The period one step before or after another of its kind. */
export const stepped = (kind: PeriodKind, period: Period, by: -1 | 1): Period =>
  kind === 'month' ? monthOf(period.from, by) : weekOf(period.from, by)

/** How many days a period has; 0 when it ends before it begins or is no period. */
export function lengthOf({ from, to }: Period): number {
  const days = (Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / 86_400_000 + 1
  return Number.isFinite(days) ? Math.max(0, Math.round(days)) : 0
}

/** What is left of a period from a day on: nobody plans yesterday. */
export const fromOn = (period: Period, day: string): Period =>
  period.from < day && period.to >= day ? { from: day, to: period.to } : period

/** Monday of the week of a day. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay()
  return addDays(day, -((weekday + 6) % 7))
}

/** The weeks of a calendar from the first day to the last, seven days each; weekends only where something is rated. */
export function weeksOf(days: string[]): string[][] {
  const sorted = [...new Set(days)].sort()
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (!first || !last) return []
  const weeks: string[][] = []
  for (let at = mondayOf(first); at <= last; at = addDays(at, 7))
    weeks.push(Array.from({ length: 7 }, (_, i) => addDays(at, i)))
  const used = (column: number) => weeks.some((week) => sorted.includes(week[column] ?? ''))
  const columns = [0, 1, 2, 3, 4, ...[5, 6].filter(used)]
  return weeks.map((week) => columns.map((column) => week[column] ?? ''))
}

/** The days of a period, at most as many as a plan takes. */
export const daysOf = (period: Period): string[] =>
  Array.from({ length: Math.min(mostDays, lengthOf(period)) }, (_, i) => addDays(period.from, i))
