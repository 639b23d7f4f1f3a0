import { describe, expect, it } from 'vitest'
import {
  axisOf,
  blocksOf,
  clockOf,
  minutesAt,
  placeMinutes,
  positionAt,
  spanOf,
  ticksOf,
  widest,
  xOf,
} from './axis'
import { aLane, aStop, at } from './fixtures'

const day = '2026-11-23'
const clock = clockOf('America/New_York')
const hours = (h: number, m = 0) => h * 60 + m

describe('the clock of a zone', () => {
  it('gives minutes after midnight there, wherever the browser is', () => {
    expect(clock('2026-11-23T13:30:00Z', day)).toBe(hours(8, 30))
    expect(clockOf('Europe/Berlin')('2026-11-23T13:30:00Z', day)).toBe(hours(14, 30))
  })
  it('goes on after midnight', () => {
    expect(clock('2026-11-24T05:15:00Z', day)).toBe(hours(24, 15))
  })
  it('knows that a day in summer is another hour away', () => {
    expect(clock('2026-07-01T13:30:00Z', '2026-07-01')).toBe(hours(9, 30))
  })
})

describe('the axis', () => {
  it('begins and ends with whole hours around the working day', () => {
    const lane = aLane(1, day, [], { workStart: '07:30', workEnd: '16:15' })
    expect(axisOf([lane], clock)).toEqual({ from: hours(7), to: hours(18) })
  })
  it('reaches as far as a route that ends late', () => {
    const lane = aLane(1, day, [aStop(1, day, '16:30')], { endsAt: at(day, '18:20') })
    expect(axisOf([lane], clock)).toEqual({ from: hours(8), to: hours(19) })
  })
  it('leaves days off out, and shows a working day when there is nothing', () => {
    const off = aLane(1, day, [], { works: false, workStart: '00:00', workEnd: '23:00' })
    expect(axisOf([off], clock)).toEqual({ from: hours(8), to: hours(17) })
  })
  it('moves nothing for a day that is a little late, and holds what it held', () => {
    const usual = axisOf([aLane(1, day, [aStop(1, day, '15:00')])], clock)
    const late = axisOf([aLane(1, day, [aStop(1, day, '16:30')], { endsAt: at(day, '17:40') })], clock)
    expect(late).toEqual(usual)
    expect(widest({ from: hours(6), to: hours(12) }, usual)).toEqual({ from: hours(6), to: usual.to })
  })
  it('puts minutes on pixels and back', () => {
    const axis = { from: hours(8), to: hours(18) }
    expect(xOf(hours(8), axis, 1000)).toBe(0)
    expect(xOf(hours(13), axis, 1000)).toBe(500)
    expect(xOf(hours(18), axis, 1000)).toBe(1000)
    expect(minutesAt(250, axis, 1000)).toBe(hours(10, 30))
  })
  it('cuts off what is outside', () => {
    const axis = { from: hours(8), to: hours(18) }
    expect(spanOf({ from: hours(7), to: hours(9) }, axis, 1000)).toEqual({ left: 0, width: 100 })
    expect(spanOf({ from: hours(17), to: hours(20) }, axis, 1000)).toEqual({ left: 900, width: 100 })
  })
  it('draws fewer hours where there is less room', () => {
    const axis = { from: hours(8), to: hours(18) }
    expect(ticksOf(axis, 1000)).toHaveLength(11)
    expect(ticksOf(axis, 300)).toEqual([hours(8), hours(10), hours(12), hours(14), hours(16), hours(18)])
    expect(ticksOf(axis, 200)).toEqual([hours(9), hours(12), hours(15), hours(18)])
  })
})

describe('the blocks of a lane', () => {
  const told = (lane: Parameters<typeof blocksOf>[0]) =>
    blocksOf(lane, clock).map(({ kind, from, to }) => [kind, from, to])

  it('are driving, visit and the drive home, to scale', () => {
    const lane = aLane(1, day, [aStop(1, day, '08:30')], {
      endsAt: at(day, '09:15'),
      lastLegSeconds: 900,
    })
    expect(told(lane)).toEqual([
      ['drive', hours(8, 20), hours(8, 30)],
      ['visit', hours(8, 30), hours(9)],
      ['drive', hours(9), hours(9, 15)],
    ])
  })
  it('show waiting between arrival and the visit', () => {
    const stop = aStop(1, day, '09:00', { arrivesAt: at(day, '08:40'), waitingSeconds: 1200 })
    expect(told(aLane(1, day, [stop], { endsAt: null }))).toEqual([
      ['drive', hours(8, 30), hours(8, 40)],
      ['wait', hours(8, 40), hours(9)],
      ['visit', hours(9), hours(9, 30)],
    ])
  })
  it('part a drive that lunch interrupts', () => {
    const stop = aStop(1, day, '12:50', { driveSeconds: 1800 })
    const lane = aLane(1, day, [stop], { endsAt: null, lunchAt: at(day, '12:00'), lunchSeconds: 1800 })
    expect(told(lane)).toEqual(
      [
        ['drive', hours(11, 50), hours(12)],
        ['lunch', hours(12), hours(12, 30)],
        ['drive', hours(12, 30), hours(12, 50)],
      ].concat([['visit', hours(12, 50), hours(13, 20)]]),
    )
  })
  it('are none on an empty day', () => {
    expect(blocksOf(aLane(1, day), clock)).toEqual([])
  })
})

describe('the place under the pointer', () => {
  const lane = aLane(1, day, [aStop(1, day, '09:00'), aStop(2, day, '11:00'), aStop(3, day, '14:00')])
  it('is before a stop whose middle is not reached, after it otherwise', () => {
    expect(positionAt(hours(8), lane, clock)).toBe(1)
    expect(positionAt(hours(9, 10), lane, clock)).toBe(1)
    expect(positionAt(hours(9, 20), lane, clock)).toBe(2)
    expect(positionAt(hours(16), lane, clock)).toBe(4)
  })
  it('does not count the stop that is moved', () => {
    expect(positionAt(hours(16), lane, clock, 2)).toBe(3)
    expect(positionAt(hours(12), lane, clock, 1)).toBe(2)
  })
  it('is marked between its neighbours', () => {
    expect(placeMinutes(2, lane, clock)).toBe((hours(9, 30) + hours(11)) / 2)
    expect(placeMinutes(1, lane, clock)).toBeLessThan(hours(9))
    expect(placeMinutes(4, lane, clock)).toBeGreaterThan(hours(14, 30))
    expect(placeMinutes(1, aLane(1, day), clock)).toBe(hours(8))
  })
})
