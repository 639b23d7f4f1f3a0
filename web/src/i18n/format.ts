/** Numbers, money, distances and times as people of the organisation read them. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../api/queries'

export type FormatOptions = {
  language: string
  /** IANA name: every clock time is shown in the organisation's zone, wherever the browser is. */
  timeZone: string
  /** ISO 4217. An organisation that counts in US dollars also reads miles and a 12-hour clock. */
  currency: string
}

const metresPerMile = 1609.344

export function makeFormat({ language, timeZone, currency }: FormatOptions) {
  const american = currency === 'USD'
  const locale = language === 'en' ? (american ? 'en-US' : 'en-GB') : language
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 0 })
  const time = new Intl.DateTimeFormat(locale, { timeZone, hour: 'numeric', minute: '2-digit' })
  const dateTime = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
  const longDay = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const isoDay = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  const unit = american ? 'mile' : 'kilometer'
  const metresPerUnit = american ? metresPerMile : 1000
  const coarse = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 0 })
  const fine = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 })
  const metres = new Intl.NumberFormat(locale, { style: 'unit', unit: 'meter', maximumFractionDigits: 0 })
  const feet = new Intl.NumberFormat(locale, { style: 'unit', unit: 'foot', maximumFractionDigits: 0 })
  const hours = new Intl.NumberFormat(locale, { style: 'unit', unit: 'hour', unitDisplay: 'short' })
  const minutes = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'short' })

  const atNoon = (isoDate: string) => new Date(`${isoDate}T12:00:00Z`)
  const today = (now = new Date()) => isoDay.format(now)

  return {
    locale,
    number: (value: number) => number.format(value),
    /** 1,234 as 1.2K, for places with little room. */
    compact: (value: number) => compact.format(value),
    money: (value: number) => money.format(value),
    /** Metres as kilometres or miles; short ones as metres. */
    distance(value: number) {
      if (!american && value < 950) return metres.format(Math.round(value / 10) * 10)
      const units = value / metresPerUnit
      return (units < 10 ? fine : coarse).format(units)
    },
    /** As distance, with feet where a mile is too coarse: from one turn to the next. */
    shortDistance(value: number) {
      if (!american || value >= 0.1 * metresPerMile) return this.distance(value)
      const exact = value / 0.3048
      return feet.format(exact < 100 ? Math.round(exact / 10) * 10 : Math.round(exact / 50) * 50)
    },
    /** Seconds as hours and minutes, rounded to the minute. */
    duration(seconds: number) {
      const all = Math.round(seconds / 60)
      const h = Math.floor(all / 60)
      const m = all % 60
      if (h === 0) return minutes.format(m)
      return m === 0 ? hours.format(h) : `${hours.format(h)} ${minutes.format(m)}`
    },
    /** RFC 3339 as a clock time in the organisation's zone. */
    time: (rfc3339: string) => time.format(new Date(rfc3339)),
    /** HH:MM as a clock time of the language. */
    clock: (hhmm: string) =>
      new Intl.DateTimeFormat(locale, { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' }).format(
        new Date(`2000-01-01T${hhmm}:00Z`),
      ),
    dateTime: (rfc3339: string) => dateTime.format(new Date(rfc3339)),
    /** YYYY-MM-DD as a date. */
    day: (isoDate: string) => day.format(atNoon(isoDate)),
    longDay: (isoDate: string) => longDay.format(atNoon(isoDate)),
    /** Today in the organisation's zone as YYYY-MM-DD. */
    today,
    /** YYYY-MM-DD as "yesterday", "in 3 days", "2 months ago". */
    relativeDay(isoDate: string, now = new Date()) {
      const days = Math.round((atNoon(isoDate).getTime() - atNoon(today(now)).getTime()) / 86_400_000)
      if (Math.abs(days) < 14) return relative.format(days, 'day')
      if (Math.abs(days) < 60) return relative.format(Math.round(days / 7), 'week')
      if (Math.abs(days) < 550) return relative.format(Math.round(days / 30.44), 'month')
      return relative.format(Math.round(days / 365.25), 'year')
    },
  }
}

export type Format = ReturnType<typeof makeFormat>

/** The format of the one who is signed in. */
export function useFormat(): Format {
  const { i18n } = useTranslation()
  const { organisation } = useMe()
  const language = i18n.language
  const { timeZone, currency } = organisation
  return useMemo(() => makeFormat({ language, timeZone, currency }), [language, timeZone, currency])
}
