import { describe, expect, it } from 'vitest'
import { clockOf, parseHours, weekdayOf } from './hours'

const at = (h: number, m = 0) => h * 60 + m

describe('opening hours', () => {
  it('opens Monday to Friday with a break at noon, Saturday shorter, Sunday not', () => {
    const week = parseHours('Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00; Su off')
    expect(week?.[0]).toEqual([
      { from: at(9), to: at(12) },
      { from: at(13), to: at(17) },
    ])
    expect(week?.[4]).toEqual(week?.[0])
    expect(week?.[5]).toEqual([{ from: at(10), to: at(14) }])
    expect(week?.[6]).toEqual([])
  })
  it('takes hours without days for every day', () => {
    expect(parseHours('08:30-18:00')?.every((d) => d[0]?.from === at(8, 30))).toBe(true)
  })
  it('goes round the end of the week and past midnight', () => {
    const week = parseHours('Fr-Mo 18:00-02:00')
    expect(week?.[6]).toEqual([{ from: at(18), to: at(26) }])
    expect(week?.[0]).toEqual([{ from: at(18), to: at(26) }])
    expect(week?.[1]).toEqual([])
  })
  it('lets a later rule win over an earlier one', () => {
    expect(parseHours('Mo-Su 09:00-17:00; We off')?.[2]).toEqual([])
  })
  it('ignores closed public holidays and knows 24/7', () => {
    expect(parseHours('Mo 09:00-10:00; PH off')?.[0]).toHaveLength(1)
    expect(parseHours('24/7')?.[6]).toEqual([{ from: 0, to: 1440 }])
  })
  it.each(['', 'by appointment', 'Apr-Oct Mo 09:00-17:00', 'Mo sunrise-sunset', 'Mo 9-17'])(
    'leaves %j as it is written',
    (text) => expect(parseHours(text)).toBeNull(),
  )
  it('writes minutes as a clock time and knows that 2026-11-22 is a Sunday', () => {
    expect(clockOf(at(26, 5))).toBe('02:05')
    expect(weekdayOf('2026-11-22')).toBe(6)
  })
})
