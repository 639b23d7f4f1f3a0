/**
 * Opening hours in the syntax of OpenStreetMap, as far as people write them by
 * hand: `Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00; Su off`, `24/7`. What goes
 * beyond that (months, holidays with hours, sunrise) is shown as it is written; the
 * server, which plans by them, reads more.
 */

/** Minutes of the day; `to` may pass midnight (above 1440). */
export type Span = { from: number; to: number }
/** Monday first. */
export type Week = [Span[], Span[], Span[], Span[], Span[], Span[], Span[]]

const days = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
const dayPart = '(?:Mo|Tu|We|Th|Fr|Sa|Su)'
const rule = new RegExp(`^((?:${dayPart}(?:\\s*-\\s*${dayPart})?\\s*,?\\s*)*)(?:,?\\s*PH)?\\s*(.*)$`)

/** The week, or null when the text says more than weekdays and clock times. */
export function parseHours(text: string): Week | null {
  const clean = text.trim()
  if (!clean) return null
  const week: Week = [[], [], [], [], [], [], []]
  if (clean === '24/7') return week.map(() => [{ from: 0, to: 1440 }]) as Week
  for (const part of clean.split(';').map((p) => p.trim())) {
    if (!part || /^(PH|SH)\s+(off|closed)$/i.test(part)) continue
    const match = rule.exec(part)
    if (!match) return null
    const on = daysOf(match[1] ?? '')
    const spans = spansOf(match[2] ?? '')
    if (!on || !spans) return null
    for (const day of on) week[day as 0] = spans
  }
  return week
}

function daysOf(text: string): number[] | null {
  if (!text.trim()) return [0, 1, 2, 3, 4, 5, 6]
  const out: number[] = []
  for (const part of text
    .split(',')
    .map((p) => p.trim())
    .filter(Boolean)) {
    const [first, last] = part.split('-').map((d) => days.indexOf(d.trim()))
    if (first === undefined || first < 0) return null
    const to = last ?? first
    if (to < 0) return null
    for (let d = first; ; d = (d + 1) % 7) {
      out.push(d)
      if (d === to) break
    }
  }
  return out
}

function spansOf(text: string): Span[] | null {
  if (/^(off|closed)$/i.test(text.trim())) return []
  const out: Span[] = []
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(part)
    if (!match) return null
    const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = match.slice(1).map(Number)
    if (h1 > 24 || h2 > 48 || m1 > 59 || m2 > 59) return null
    const from = h1 * 60 + m1
    const to = h2 * 60 + m2
    out.push({ from, to: to <= from ? to + 1440 : to })
  }
  return out
}

/** HH:MM of minutes of the day. */
export const clockOf = (minutes: number) =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** 0 for Monday, of a day YYYY-MM-DD. */
export const weekdayOf = (isoDate: string) => (new Date(`${isoDate}T12:00:00Z`).getUTCDay() + 6) % 7
