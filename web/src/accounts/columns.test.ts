import { describe, expect, it } from 'vitest'
import { someFields } from '../filters/someFields'
import { columnsFor, columnsOf, moved, noLayout, resized, shownColumns, template, toggled } from './columns'

const all = columnsOf(someFields, (key) => key)

describe('the columns of the list', () => {
  it('are the product’s own and the custom fields', () => {
    const keys = all.map((column) => column.key)
    expect(keys.slice(0, 2)).toEqual(['name', 'status'])
    expect(keys.slice(-2)).toEqual(['custom.vat', 'custom.key_account'])
    expect(keys).not.toContain('place')
  })
  it('can be sorted and changed as the catalogue says', () => {
    const column = (key: string) => all.find((c) => c.key === key)
    expect(column('status')?.sort).toBe('status')
    expect(column('lastVisitOn')?.editable).toBe(false)
    expect(column('custom.vat')?.editable).toBe(true)
  })
  it('are fewer where there is less room, and never none', () => {
    expect(columnsFor(360)).toEqual(['name', 'dueOn'])
    expect(columnsFor(120)).toEqual(['name'])
    expect(columnsFor(620)).toEqual(['name', 'status', 'dueOn', 'revenue'])
    expect(columnsFor(3000)).toContain('tags')
  })
  it('move to where another one stands; the name stays first', () => {
    expect(moved(['name', 'a', 'b', 'c'], 'a', 'c')).toEqual(['name', 'b', 'c', 'a'])
    expect(moved(['name', 'a', 'b', 'c'], 'c', 'a')).toEqual(['name', 'c', 'a', 'b'])
    expect(moved(['name', 'a', 'b'], 'a', 'name')).toEqual(['name', 'a', 'b'])
    expect(moved(['name', 'a', 'b'], 'name', 'b')).toEqual(['name', 'a', 'b'])
  })
  it('are put in at the end and taken out, but for the name', () => {
    expect(toggled(['name', 'a'], 'b')).toEqual(['name', 'a', 'b'])
    expect(toggled(['name', 'a', 'b'], 'a')).toEqual(['name', 'b'])
    expect(toggled(['name', 'a'], 'name')).toEqual(['name', 'a'])
  })
  it('keep a width within reason', () => {
    expect(resized(noLayout, 'status', 3).widths).toEqual({ status: 56 })
    expect(resized(noLayout, 'status', 5000).widths).toEqual({ status: 900 })
    expect(resized({ columns: null, widths: { a: 60 } }, 'b', 99.6).widths).toEqual({ a: 60, b: 100 })
  })
  it('leave out what is gone, and begin with the name', () => {
    const layout = { columns: ['custom.gone', 'revenue', 'name', 'status'], widths: { revenue: 80 } }
    const shown = shownColumns(all, layout, 1000)
    expect(shown.map((c) => c.key)).toEqual(['name', 'revenue', 'status'])
    expect(template(shown, layout.widths)).toBe('40px minmax(180px, 1fr) 80px 152px')
  })
})
