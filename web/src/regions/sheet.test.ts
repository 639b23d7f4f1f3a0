import { describe, expect, it } from 'vitest'
import { figures } from './figures'
import { toggled } from './search'
import { blended, colourOf, lookedAt, rankOf, single } from './sheet'

const cell = (name: string, customers: number, prospects: number) => ({
  cell: name,
  accounts: customers + prospects,
  customers,
  prospects,
  openProspects: 0,
  penetration: customers + prospects > 0 ? customers / (customers + prospects) : null,
})
const cells = [cell('a', 0, 5), cell('b', 1, 1), cell('c', 2, 0), cell('d', 30, 10), cell('e', 0, 0)]
const choice = { by: 'natural', steps: 3, scheme: 'light' } as const

describe('a sheet of one figure', () => {
  const sheet = single(cells, figures.customers, choice)
  it('leaves out where there is nothing, and counts the rest by class', () => {
    expect(sheet.cells.map((c) => c.cell)).toEqual(['b', 'c', 'd'])
    expect(sheet.ends).toEqual([1, 2, 20])
    expect(sheet.counts).toEqual([1, 1, 1])
    expect(sheet.colours.length).toBe(3)
  })
  it('of a share has nothing where there is no whole, and something where the share is nought', () => {
    const shares = single(cells, figures.penetration, choice)
    expect(shares.cells.map((c) => [c.cell, c.v])).toEqual([
      ['a', 0],
      ['b', 0.5],
      ['c', 1],
      ['d', 0.75],
    ])
  })
  it('keeps the classes that are held', () => {
    const held = single(cells, figures.customers, { ...choice, held: [2, 10] })
    expect(held.ends).toEqual([2, 10])
    expect(held.counts).toEqual([1, 1])
    expect(colourOf(held, { cell: 'b', v: 1 })).toBe(-1)
  })
  it('ranks by value, equals alike', () => {
    expect(rankOf(sheet, 'd')).toBe(1)
    expect(rankOf(sheet, 'b')).toBe(3)
    expect(rankOf(sheet, 'a')).toBeNull()
    const same = single([cell('x', 2, 0), cell('y', 2, 0), cell('z', 1, 0)], figures.customers, choice)
    expect(['x', 'y', 'z'].map((name) => rankOf(same, name))).toEqual([1, 1, 3])
  })
})

describe('a sheet of two figures', () => {
  it('has a colour for each pair of classes', () => {
    const sheet = blended(cells, figures.customers, figures.prospects, choice)
    expect(sheet.colours.length).toBe(9)
    expect(sheet.cells.map((c) => c.cell)).toEqual(['a', 'b', 'c', 'd'])
    const at = Object.fromEntries(sheet.cells.map((c) => [c.cell, colourOf(sheet, c)]))
    // customers 1, 2, 30 and prospects 1, 5, 10 are a class each; nothing is in the lowest one.
    expect(at).toEqual({ a: 3, b: 0, c: 1, d: 8 })
    expect(sheet.counts.reduce((sum, n) => sum + n, 0)).toBe(4)
  })
})

describe('a legend that is clicked', () => {
  const sheet = single(cells, figures.customers, choice)
  it('shows what was clicked, and everything when nothing or all is', () => {
    expect(toggled([], 2, 3)).toBe('2')
    expect(toggled([2], 0, 3)).toBe('0,2')
    expect(toggled([2], 2, 3)).toBeUndefined()
    expect(toggled([0, 2], 1, 3)).toBeUndefined()
    expect(lookedAt(sheet, [2]).map((c) => c.cell)).toEqual(['d'])
    expect(lookedAt(sheet, [])).toBe(sheet.cells)
  })
})
