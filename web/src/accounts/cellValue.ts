/** The value of a cell as text, and a text as the value of a cell. */
import type { Choice } from '../filters/useWords'
import { type Column, customKey } from './columns'
import type { AccountChange } from './conflict'

export type CellWords = {
  /** What a choice of the column offers. */
  choices: (column: Column) => Choice[]
  locale: string
  yes: string
  no: string
}

const isDay = /^\d{4}-\d{2}-\d{2}/

/** What is copied: words for choices, plain figures, ISO dates. */
export function textOf(column: Column, value: unknown, words: CellWords): string {
  if (column.type === 'choice') {
    const name = words.choices(column).find((choice) => choice.value === value)?.label
    return value === null || value === undefined ? '' : (name ?? String(value))
  }
  if (value === null || value === undefined || value === '') return ''
  if (Array.isArray(value)) {
    const choices = words.choices(column)
    return value.map((v) => choices.find((choice) => choice.value === v)?.label ?? String(v)).join(', ')
  }
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (column.type === 'date') return isDay.exec(String(value))?.[0] ?? String(value)
  return String(value)
}

export type Parsed = { value: unknown } | { wrong: 'number' | 'date' | 'choice' | 'boolean' | 'needed' }

/** Reads what was typed or pasted; what it is not is said by `wrong`. */
export function parseCell(column: Column, text: string, words: CellWords): Parsed {
  const typed = text.trim()
  switch (column.type) {
    case 'number':
    case 'money': {
      if (typed === '') return customKey(column.key) === null ? { wrong: 'number' } : { value: null }
      const value = parseNumber(typed, words.locale)
      return value === null ? { wrong: 'number' } : { value }
    }
    case 'date': {
      if (typed === '') return { value: null }
      const value = parseDay(typed, words.locale)
      return value === null ? { wrong: 'date' } : { value }
    }
    case 'boolean': {
      if (typed === '') return { value: null }
      const lower = typed.toLocaleLowerCase(words.locale)
      if (['true', '1', 'x', words.yes.toLocaleLowerCase(words.locale)].includes(lower))
        return { value: true }
      if (['false', '0', words.no.toLocaleLowerCase(words.locale)].includes(lower)) return { value: false }
      return { wrong: 'boolean' }
    }
    case 'choice':
      return parseChoice(column, typed, words)
    case 'choices': {
      const choices = words.choices(column)
      const members = [...new Set(typed.split(/[,;]/).map((part) => part.trim()))].filter(Boolean)
      if (column.key === 'tags') return { value: members }
      const values = members.map((name) => choiceCalled(choices, name, words.locale)?.value)
      return values.includes(undefined) ? { wrong: 'choice' } : { value: values }
    }
    default:
      return column.key === 'name' && typed === '' ? { wrong: 'needed' } : { value: typed }
  }
}

const choiceCalled = (choices: Choice[], name: string, locale: string) => {
  const lower = name.toLocaleLowerCase(locale)
  return choices.find(
    (choice) =>
      choice.label.toLocaleLowerCase(locale) === lower ||
      String(choice.value).toLocaleLowerCase(locale) === lower,
  )
}

function parseChoice(column: Column, typed: string, words: CellWords): Parsed {
  if (typed === '') return ['status', 'class'].includes(column.key) ? { wrong: 'choice' } : { value: null }
  const found = choiceCalled(words.choices(column), typed, words.locale)
  return found ? { value: found.value } : { wrong: 'choice' }
}

/** A number as people of the locale write it, with or without groups, a currency, or as 1234.5. */
export function parseNumber(text: string, locale: string): number | null {
  const parts = new Intl.NumberFormat(locale).formatToParts(12345.6)
  const group = parts.find((part) => part.type === 'group')?.value ?? ','
  const decimal = parts.find((part) => part.type === 'decimal')?.value ?? '.'
  const bare = text.replace(/[\s\u00a0\u202f\p{Sc}]/gu, '')
  const grouped = new RegExp(`^[+-]?\\d{1,3}(${escaped(group)}\\d{3})+(${escaped(decimal)}\\d+)?$`)
  const plain = new RegExp(`^[+-]?\\d+(${escaped(decimal)}\\d*)?$`)
  const canonical = /^[+-]?\d+(\.\d+)?$/
  const value = grouped.test(bare)
    ? bare.replaceAll(group, '').replace(decimal, '.')
    : plain.test(bare)
      ? bare.replace(decimal, '.')
      : canonical.test(bare)
        ? bare
        : null
  return value === null ? null : Number(value)
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A day as YYYY-MM-DD or as the locale writes it; null for one that is none. */
export function parseDay(text: string, locale: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const numbers = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text)
  if (!numbers) return null
  const [a, b, year] = numbers.slice(1).map(Number) as [number, number, number]
  const order = new Intl.DateTimeFormat(locale).formatToParts(new Date()).map((part) => part.type)
  return order.indexOf('month') < order.indexOf('day') ? dayOf(year, a, b) : dayOf(year, b, a)
}

function dayOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.toISOString().slice(0, 10)
    : null
}

/** The change of an account that puts a value into a column. */
export function changeOf(column: Column, value: unknown): AccountChange {
  const custom = customKey(column.key)
  if (custom !== null) return { custom: { [custom]: value } } as AccountChange
  return { [column.key]: value } as AccountChange
}
