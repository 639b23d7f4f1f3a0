import { describe, expect, it } from 'vitest'
import { lassoReducer, noLasso } from './lasso'
import { boundsOfArea, minutesFrom, minutesReducer } from './reachArea'

describe('choosing a place to drive from', () => {
  const choosing = lassoReducer(noLasso, { type: 'choose', tool: 'reach' })
  it('is a tool beside lasso and rectangle: one of them at a time, pressed again none', () => {
    expect(choosing.tool).toBe('reach')
    expect(lassoReducer(choosing, { type: 'choose', tool: 'lasso' }).tool).toBe('lasso')
    expect(lassoReducer(choosing, { type: 'choose', tool: 'reach' })).toEqual(noLasso)
    expect(lassoReducer(choosing, { type: 'cancel' })).toEqual(noLasso)
  })
  it('draws nothing: a click is enough', () => {
    const pressed = lassoReducer(choosing, { type: 'down', pointer: 1, at: [5, 5] })
    expect(pressed).toEqual(choosing)
    expect(lassoReducer(pressed, { type: 'move', pointer: 1, at: [50, 50] })).toEqual(choosing)
  })
})

describe('the minutes of a drive-time area', () => {
  const given = minutesFrom('-75.5,39.1,20')
  it('begin with those of the address bar', () => {
    expect(given).toEqual({ of: '-75.5,39.1,20', minutes: 20, sliding: false })
  })
  it('follow the hand, and not the address bar while it holds on', () => {
    const slid = minutesReducer(given, { type: 'slide', minutes: 35 })
    expect(slid.minutes).toBe(35)
    expect(minutesReducer(slid, { type: 'follow', reach: '-75.5,39.1,25' }).minutes).toBe(35)
  })
  it('stay where they were let go until the address bar has caught up', () => {
    const free = minutesReducer(minutesReducer(given, { type: 'slide', minutes: 35 }), {
      type: 'letGo',
      minutes: 40,
    })
    expect(minutesReducer(free, { type: 'follow', reach: '-75.5,39.1,20' }).minutes).toBe(40)
    expect(minutesReducer(free, { type: 'follow', reach: '-75.5,39.1,40' })).toEqual(
      minutesFrom('-75.5,39.1,40'),
    )
  })
  it('go back with the address bar', () => {
    expect(minutesReducer(given, { type: 'follow', reach: '-75.5,39.1,5' }).minutes).toBe(5)
  })
})

it('the box around an area holds all of its parts', () => {
  expect(
    boundsOfArea({
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [0, 0],
            [2, 1],
            [1, 3],
            [0, 0],
          ],
        ],
        [
          [
            [-5, 1],
            [-4, 1],
            [-4, 2],
            [-5, 1],
          ],
        ],
      ],
    }),
  ).toEqual([-5, 0, 2, 3])
  expect(boundsOfArea({ type: 'MultiPolygon', coordinates: [] })).toBeNull()
})
