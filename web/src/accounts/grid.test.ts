import { describe, expect, it } from 'vitest'
import { at, move, rangeOf, within } from './grid'

const size = { rows: 100, cols: 4, page: 10 }
const press = (grid = at(5, 1), key = '', { shift = false, ctrl = false } = {}) =>
  move(grid, { key, shift, ctrl }, size)

describe('the cells of the list', () => {
  it('are moved through by arrows, and end at the edges', () => {
    expect(press(at(5, 1), 'ArrowDown')).toEqual(at(6, 1))
    expect(press(at(0, 0), 'ArrowUp')).toEqual(at(0, 0))
    expect(press(at(99, 3), 'ArrowRight')).toEqual(at(99, 3))
    expect(press(at(95, 1), 'PageDown')).toEqual(at(99, 1))
  })
  it('go to the ends of the row, or of the list', () => {
    expect(press(at(5, 1), 'End')).toEqual(at(5, 3))
    expect(press(at(5, 1), 'Home')).toEqual(at(5, 0))
    expect(press(at(5, 1), 'End', { ctrl: true })).toEqual(at(99, 1))
    expect(press(at(5, 1), 'Home', { ctrl: true })).toEqual(at(0, 1))
  })
  it('become a range while shift is held, in every direction', () => {
    const grown = press(press(at(5, 1), 'ArrowUp', { shift: true }) ?? undefined, 'ArrowRight', {
      shift: true,
    })
    expect(grown && rangeOf(grown)).toEqual({ top: 4, bottom: 5, left: 1, right: 2 })
    expect(press(grown ?? undefined, 'ArrowDown')).toEqual(at(5, 2))
  })
  it('stay inside of a list that has become smaller', () => {
    expect(within(at(50, 6), 10, 4)).toEqual(at(9, 3))
    expect(within(at(5, 1), 10, 4)).toEqual(at(5, 1))
    expect(within(at(5, 1), 0, 4)).toBeNull()
  })
  it('leave other keys alone', () => {
    expect(press(at(5, 1), 'x')).toBeNull()
  })
})
