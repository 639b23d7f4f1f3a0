/** How days and clock times are written on the board. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../api/queries'
import { useFormat } from '../i18n/format'

const noon = (day: string) => new Date(`${day}T12:00:00Z`)

/** Short forms beside the format of the one who is signed in, for the board's narrow columns. */
export function useNames() {
  const { i18n } = useTranslation()
  const { organisation } = useMe()
  const { locale } = useFormat()
  const { timeZone } = organisation
  const twelve = locale === 'en-US'
  const key = `${locale} ${i18n.language} ${twelve} ${timeZone}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all of them
  return useMemo(() => {
    const utc = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
    const short = utc({ weekday: 'short', day: 'numeric', month: 'short' })
    const weekday = utc({ weekday: 'short' })
    const dayOfMonth = utc({ day: 'numeric' })
    const month = utc({ month: 'long', year: 'numeric' })
    const range = utc({ day: 'numeric', month: 'short', year: 'numeric' })
    const hour = utc({ hour: 'numeric', ...(twelve ? {} : { minute: '2-digit' }) })
    const time = new Intl.DateTimeFormat(locale, { timeZone, hour: 'numeric', minute: '2-digit' })
    return {
      /** 9:05, without AM and PM, for where an axis tells which: */
      time: (rfc3339: string) =>
        time
          .formatToParts(new Date(rfc3339))
          .filter(({ type }) => type !== 'dayPeriod')
          .map(({ value }) => value)
          .join('')
          .trim(),
      /** Mon, Nov 23 */
      day: (day: string) => short.format(noon(day)),
      /** Mon */
      weekday: (day: string) => weekday.format(noon(day)),
      /** 23 */
      dayOfMonth: (day: string) => dayOfMonth.format(noon(day)),
      /** November 2026 */
      month: (day: string) => month.format(noon(day)),
      /** Nov 23 – 27, 2026 */
      range: (from: string, to: string) => range.formatRange(noon(from), noon(to)),
      /** 9 AM, or 09:00 */
      hour: (minutes: number) => hour.format(new Date(minutes * 60_000)),
    }
  }, [key])
}

export type Names = ReturnType<typeof useNames>
