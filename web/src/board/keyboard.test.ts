import { describe, expect, it } from 'vitest'
import { clockOf } from './axis'
import { aBoard } from './fixtures'
import { rowsOf } from './grouping'
import { nextCell, nextPlace } from './keyboard'

const clock = clockOf('America/New_York')
const rows = rowsOf(aBoard(), 'rep', new Set())
const [monday, tuesday] = ['2026-11-23', '2026-11-24']
const step = (key: string, visitId: number | null, pressed: string) =>
  nextCell(rows, key, visitId, pressed, clock)

describe('arrow keys', () => {
  it('go along a day, from its name to its visits and back', () => {
    expect(step(`1/${monday}`, null, 'ArrowRight')).toEqual({ key: `1/${monday}`, visitId: 11 })
    expect(step(`1/${monday}`, 11, 'ArrowRight')).toEqual({ key: `1/${monday}`, visitId: 12 })
    expect(step(`1/${monday}`, 13, 'ArrowRight')).toBeNull()
    expect(step(`1/${monday}`, 11, 'ArrowLeft')).toEqual({ key: `1/${monday}`, visitId: null })
    expect(step(`1/${monday}`, null, 'ArrowLeft')).toBeNull()
    expect(step(`1/${monday}`, 11, 'End')).toEqual({ key: `1/${monday}`, visitId: 13 })
  })
  it('go to the visit at about the same time of the next day', () => {
    expect(step(`1/${tuesday}`, 14, 'ArrowUp')).toEqual({ key: `1/${monday}`, visitId: 11 })
    expect(step(`1/${monday}`, 13, 'ArrowDown')).toEqual({ key: `1/${tuesday}`, visitId: 14 })
  })
  it('go to a heading, and from there to its first day', () => {
    expect(step(`1/${tuesday}`, 14, 'ArrowDown')).toEqual({ key: 'group/2', visitId: null })
    expect(step('group/2', null, 'ArrowDown')).toEqual({ key: `2/${monday}`, visitId: null })
    expect(step('group/1', null, 'ArrowUp')).toBeNull()
  })
})

describe('a lifted visit', () => {
  const lifted = (repId: number, day: string, position: number) => ({
    visitId: 12,
    via: 'keyboard' as const,
    to: { repId, day, position },
  })
  it('goes from place to place within its day, not beyond', () => {
    expect(nextPlace(rows, lifted(1, monday, 2), 'ArrowRight', clock)?.position).toBe(3)
    expect(nextPlace(rows, lifted(1, monday, 3), 'ArrowRight', clock)?.position).toBe(3)
    expect(nextPlace(rows, lifted(1, monday, 1), 'ArrowLeft', clock)?.position).toBe(1)
    expect(nextPlace(rows, lifted(2, monday, 1), 'End', clock)?.position).toBe(2)
  })
  it('goes to the next rep’s day over the heading between them, at about the same time', () => {
    expect(nextPlace(rows, lifted(1, monday, 2), 'ArrowDown', clock)).toEqual({
      repId: 1,
      day: tuesday,
      position: 2,
    })
    expect(nextPlace(rows, lifted(1, tuesday, 1), 'ArrowDown', clock)).toMatchObject({
      repId: 2,
      day: monday,
    })
    expect(nextPlace(rows, lifted(1, monday, 2), 'ArrowUp', clock)).toEqual(lifted(1, monday, 2).to)
  })
  it('stays where it is for other keys', () => {
    expect(nextPlace(rows, lifted(1, monday, 2), 'a', clock)).toBeUndefined()
  })
})
