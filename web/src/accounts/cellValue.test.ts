import { describe, expect, it } from 'vitest'
import { someFields } from '../filters/someFields'
import { type CellWords, changeOf, parseCell, parseDay, parseNumber, textOf } from './cellValue'
import { type Column, columnsOf } from './columns'

const all = columnsOf(someFields, (key) => key)
const column = (key: string) => all.find((c) => c.key === key) as Column
const words: CellWords = {
  choices: ({ key }) =>
    key === 'status'
      ? [
          { value: 'customer', label: 'Customer' },
          { value: 'prospect', label: 'Prospect' },
        ]
      : key === 'ownerId'
        ? [
            { value: null, label: 'nobody' },
            { value: 7, label: 'Mia Berg' },
          ]
        : [],
  locale: 'en-US',
  yes: 'yes',
  no: 'no',
}

describe('a cell as text and back', () => {
  it.each([
    ['name', 'Bäckerei 北京'],
    ['status', 'customer'],
    ['ownerId', 7],
    ['ownerId', null],
    ['revenue', 1234.5],
    ['tags', ['wine', 'key account']],
    ['custom.key_account', true],
    ['custom.vat', ''],
  ])('%s: %s', (key, value) => {
    expect(parseCell(column(key), textOf(column(key), value, words), words)).toEqual({ value })
  })
  it('takes choices by their name, whatever the case, and refuses others', () => {
    expect(parseCell(column('status'), ' CUSTOMER ', words)).toEqual({ value: 'customer' })
    expect(parseCell(column('status'), 'alien', words)).toEqual({ wrong: 'choice' })
    expect(parseCell(column('status'), '', words)).toEqual({ wrong: 'choice' })
    expect(parseCell(column('ownerId'), '', words)).toEqual({ value: null })
  })
  it('refuses what is no figure, and an account without a name', () => {
    expect(parseCell(column('revenue'), 'many', words)).toEqual({ wrong: 'number' })
    expect(parseCell(column('name'), '  ', words)).toEqual({ wrong: 'needed' })
  })
  it('changes its own field, or a custom one', () => {
    expect(changeOf(column('status'), 'former')).toEqual({ status: 'former' })
    expect(changeOf(column('custom.vat'), 'DE1')).toEqual({ custom: { vat: 'DE1' } })
  })
})

describe('figures of every habit', () => {
  it.each([
    ['1234.5', 'en-US', 1234.5],
    ['1,234.5', 'en-US', 1234.5],
    ['$1,234', 'en-US', 1234],
    ['1.234,50 €', 'de', 1234.5],
    ['1234,5', 'de', 1234.5],
    ['1234.5', 'de', 1234.5],
    ['1.234', 'de', 1234],
    ['-7', 'de', -7],
    ['1,23,4', 'en-US', null],
    ['12a', 'en-US', null],
  ])('%s in %s', (text, locale, value) => expect(parseNumber(text, locale)).toBe(value))
  it.each([
    ['2026-02-28', 'de', '2026-02-28'],
    ['28.02.2026', 'de', '2026-02-28'],
    ['2/28/2026', 'en-US', '2026-02-28'],
    ['28/2/2026', 'en-GB', '2026-02-28'],
    ['2026-02-30', 'de', null],
    ['tomorrow', 'de', null],
  ])('%s in %s', (text, locale, value) => expect(parseDay(text, locale)).toBe(value))
})
