import { describe, expect, it } from 'vitest'
import { fromTsv, spread, toTsv } from './clipboard'

describe('cells on the clipboard', () => {
  it('are tabs and lines', () => {
    expect(
      toTsv([
        ['a', 'b'],
        ['c', ''],
      ]),
    ).toBe('a\tb\nc\t')
    expect(fromTsv('a\tb\nc\t')).toEqual([
      ['a', 'b'],
      ['c', ''],
    ])
  })
  it('come back whatever they hold', () => {
    const cells = [
      ['two\nlines', 'a "quoted" word', 'tab\there'],
      ['', '北京', 'مكتبة'],
    ]
    expect(fromTsv(toTsv(cells))).toEqual(cells)
  })
  it('are read as spreadsheets write them, with their line ends', () => {
    expect(fromTsv('a\tb\r\nc\td\r\n')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    expect(fromTsv('a\rb')).toEqual([['a'], ['b']])
    expect(fromTsv('"x\r\ny"\tz')).toEqual([['x\r\ny', 'z']])
  })
  it('keep a quote in the middle, and survive one that never ends', () => {
    expect(fromTsv('5" pipe\tb')).toEqual([['5" pipe', 'b']])
    expect(fromTsv('"open\tb')).toEqual([['open\tb']])
  })
  it('are one empty cell when there is nothing', () => {
    expect(fromTsv('')).toEqual([['']])
  })
  it('fill a range when they are one', () => {
    expect(spread([['x']], 2, 3)).toEqual([
      ['x', 'x', 'x'],
      ['x', 'x', 'x'],
    ])
    expect(spread([['x', 'y']], 2, 3)).toEqual([['x', 'y']])
  })
})
