import { describe, expect, it } from 'vitest'
import { fromOn, lengthOf, monthOf, stepped, weekOf, weeksOf } from './period'

describe('a period', () => {
  it('of a week goes from Monday to Sunday', () => {
    expect(weekOf('2026-11-22')).toEqual({ from: '2026-11-16', to: '2026-11-22' })
    expect(weekOf('2026-11-22', 1)).toEqual({ from: '2026-11-23', to: '2026-11-29' })
    expect(weekOf('2026-11-23')).toEqual({ from: '2026-11-23', to: '2026-11-29' })
  })
  it('of a month knows how long months are, also over the new year', () => {
    expect(monthOf('2028-01-31', 1)).toEqual({ from: '2028-02-01', to: '2028-02-29' })
    expect(monthOf('2026-12-05', 1)).toEqual({ from: '2027-01-01', to: '2027-01-31' })
  })
  it('steps back and forth', () => {
    const week = weekOf('2026-11-25')
    expect(stepped('week', stepped('week', week, 1), -1)).toEqual(week)
    expect(stepped('month', monthOf('2026-11-25'), 1).from).toBe('2026-12-01')
  })
  it('has as many days as it says', () => {
    expect(lengthOf({ from: '2026-11-23', to: '2026-11-23' })).toBe(1)
    expect(lengthOf(monthOf('2026-10-01'))).toBe(31)
    expect(lengthOf({ from: '2026-11-24', to: '2026-11-23' })).toBe(0)
    expect(lengthOf({ from: '', to: '2026-11-23' })).toBe(0)
  })
  it('begins today when it has begun before', () => {
    expect(fromOn(weekOf('2026-11-25'), '2026-11-25').from).toBe('2026-11-25')
    expect(fromOn(weekOf('2026-11-25'), '2026-11-20').from).toBe('2026-11-23')
  })
})

describe('the calendar of suitable days', () => {
  it('shows whole weeks without weekends on which nobody works', () => {
    expect(weeksOf(['2026-11-25', '2026-12-01'])).toEqual([
      ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27'],
      ['2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04'],
    ])
  })
  it('shows a Saturday when somebody works then', () => {
    expect(weeksOf(['2026-11-28'])[0]).toHaveLength(6)
    expect(weeksOf([])).toEqual([])
  })
})
