import { expect, test } from 'vitest'
import type { WorkingTerms } from './termsQueries'
import { problemOf, usualWeek, withWeekday } from './workingTerms'

const terms: WorkingTerms = {
  startPoint: null,
  startAddress: '',
  end: 'start',
  endPoint: null,
  endAddress: '',
  workStart: '08:00',
  workEnd: '17:00',
  week: [],
  lunchMinutes: 30,
  lunchEarliest: '11:30',
  lunchLatest: '14:00',
  maxDriveMinutes: 0,
  maxKilometres: 0,
  maxVisits: 0,
  speedPercent: 100,
  costPerHour: 0,
  costPerKilometre: 0,
  skills: [],
}

test('what is wrong is found before it is sent', () => {
  expect(problemOf(terms)).toBeNull()
  expect(problemOf({ ...terms, workEnd: '08:00' })).toBe('hoursWrong')
  expect(problemOf({ ...terms, workEnd: '' })).toBe('timeMissing')
  expect(problemOf({ ...terms, lunchLatest: '11:00' })).toBe('lunchWrong')
  expect(problemOf({ ...terms, lunchLatest: '11:00', lunchMinutes: 0 })).toBeNull()
  expect(problemOf({ ...terms, end: 'place' })).toBe('endMissing')
  expect(problemOf({ ...terms, week: [{ weekday: 1, from: '09:00', to: '08:00' }] })).toBe('weekWrong')
  expect(problemOf({ ...terms, speedPercent: 20 })).toBe('speedWrong')
})

test('weekdays come with the usual hours and stay in order', () => {
  const week = { ...terms, week: usualWeek(terms) }
  expect(week.week.map((day) => day.weekday)).toEqual([1, 2, 3, 4, 5])
  const without = withWeekday(week, 2, false)
  expect(without.week.map((day) => day.weekday)).toEqual([1, 3, 4, 5])
  expect(withWeekday(without, 2, true).week).toEqual(week.week)
})
