import { describe, expect, it } from 'vitest'
import { makeFormat } from './format'

const delaware = makeFormat({ language: 'en', timeZone: 'America/New_York', currency: 'USD' })
const berlin = makeFormat({ language: 'de', timeZone: 'Europe/Berlin', currency: 'EUR' })
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('formats', () => {
  it('shows clock times in the zone of the organisation, not of the browser', () => {
    expect(plain(delaware.time('2026-11-22T14:05:00Z'))).toBe('9:05 AM')
    expect(plain(berlin.time('2026-11-22T14:05:00Z'))).toBe('15:05')
  })
  it('knows that it is still yesterday in Delaware at two in the morning UTC', () => {
    expect(delaware.today(new Date('2026-11-22T02:00:00Z'))).toBe('2026-11-21')
    expect(berlin.today(new Date('2026-11-22T02:00:00Z'))).toBe('2026-11-22')
  })
  it('counts miles where it counts dollars, kilometres elsewhere', () => {
    expect(plain(delaware.distance(16_093))).toBe('10 mi')
    expect(plain(berlin.distance(16_093))).toBe('16 km')
    expect(plain(berlin.distance(1_540))).toBe('1,5 km')
    expect(plain(berlin.distance(432))).toBe('430 m')
  })
  it('counts feet and metres from one turn to the next', () => {
    expect(plain(delaware.shortDistance(12))).toBe('40 ft')
    expect(plain(delaware.shortDistance(100))).toBe('350 ft')
    expect(plain(delaware.shortDistance(400))).toBe('0.2 mi')
    expect(plain(berlin.shortDistance(100))).toBe('100 m')
  })
  it('writes durations in hours and minutes, rounded to the minute', () => {
    expect(plain(delaware.duration(59))).toBe('1 min')
    expect(plain(delaware.duration(3600))).toBe('1 hr')
    expect(plain(delaware.duration(3600 + 25 * 60 + 10))).toBe('1 hr 25 min')
    expect(plain(berlin.duration(7200 + 60))).toBe('2 Std. 1 Min.')
  })
  it('writes money without cents', () => {
    expect(plain(delaware.money(1234.56))).toBe('$1,235')
    expect(plain(berlin.money(1234.56))).toBe('1.235 €')
  })
  it('writes days as people say them', () => {
    const now = new Date('2026-11-22T12:00:00Z')
    expect(delaware.relativeDay('2026-11-21', now)).toBe('yesterday')
    expect(delaware.relativeDay('2026-11-25', now)).toBe('in 3 days')
    expect(berlin.relativeDay('2026-10-25', now)).toBe('vor 4 Wochen')
    expect(delaware.day('2026-11-22')).toBe('Nov 22, 2026')
    expect(berlin.longDay('2026-11-22')).toBe('Sonntag, 22. November')
  })
  it('keeps a clock time what it is, in the words of the language', () => {
    expect(plain(delaware.clock('13:30'))).toBe('1:30 PM')
    expect(berlin.clock('13:30')).toBe('13:30')
  })
})
