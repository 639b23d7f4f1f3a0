import { describe, expect, it } from 'vitest'
import { parseHours } from './hours'
import { emptyWeek, minutesOf, writeHours } from './writeHours'

describe('a week as text', () => {
  it.each([
    'Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00',
    'Mo-Su 08:00-24:00',
    'Fr 20:00-02:00',
    'Mo 09:00-10:00; We 09:00-10:00',
    '24/7',
  ])('says the same again: %s', (text) => {
    const week = parseHours(text)
    expect(week && parseHours(writeHours(week))).toEqual(week)
  })
  it('is empty when it is always closed', () => expect(writeHours(emptyWeek())).toBe(''))
  it('reads clock times and nothing else', () => {
    expect(minutesOf('09:30')).toBe(570)
    for (const bad of ['', '24:00', '9:30', '09:60']) expect(minutesOf(bad)).toBeNull()
  })
})
