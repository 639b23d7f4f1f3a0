/** Writes a week in the syntax of OpenStreetMap; `parseHours` reads it back. */
import { clockOf, type Span, type Week } from './hours'

const days = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']

export const emptyWeek = (): Week => [[], [], [], [], [], [], []]

/** HH:MM as minutes of the day; null for anything else. */
export function minutesOf(clock: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock)
  return match ? Number(match[1]) * 60 + Number(match[2]) : null
}

const timeOf = ({ from, to }: Span) => `${clockOf(from)}-${to === 1440 ? '24:00' : clockOf(to % 1440)}`

/** Equal days that follow each other become one rule; a week that is always closed is empty. */
export function writeHours(week: Week): string {
  if (week.every((spans) => spans.length === 0)) return ''
  if (week.every((spans) => spans.length === 1 && spans[0]?.from === 0 && spans[0]?.to === 1440))
    return '24/7'
  const rules: { first: number; last: number; text: string }[] = []
  week.forEach((spans, day) => {
    const text = [...spans]
      .sort((a, b) => a.from - b.from)
      .map(timeOf)
      .join(',')
    const last = rules.at(-1)
    if (last?.text === text) last.last = day
    else rules.push({ first: day, last: day, text })
  })
  return rules
    .filter((rule) => rule.text)
    .map(
      ({ first, last, text }) => `${first === last ? days[first] : `${days[first]}-${days[last]}`} ${text}`,
    )
    .join('; ')
}
