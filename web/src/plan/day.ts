/** Days as YYYY-MM-DD, without a clock and without a zone. */

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T12:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** The next day from Monday to Friday after the given one. */
export function nextWorkday(day: string): string {
  let next = addDays(day, 1)
  while ([0, 6].includes(new Date(`${next}T12:00:00Z`).getUTCDay())) next = addDays(next, 1)
  return next
}
