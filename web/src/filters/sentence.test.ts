import { beforeAll, describe, expect, it } from 'vitest'
import { i18next, showLanguage, startI18n } from '../i18n'
import { makeFormat } from '../i18n/format'
import { catalogueOf, labelOf } from './fields'
import { sentence, type Words } from './sentence'
import { someFields } from './someFields'
import type { FilterNode } from './tree'

Object.assign(globalThis, { document: { documentElement: {} } })

function words(language: 'en' | 'de'): Words {
  return {
    i18n: i18next,
    format: makeFormat({ language, timeZone: 'Europe/Berlin', currency: language === 'de' ? 'EUR' : 'USD' }),
    names: {
      user: (id) => ({ 7: 'Mia Berg' })[id] ?? `#${id}`,
      team: (id) => `Team ${id}`,
      segment: (id) => `Segment ${id}`,
      account: (id) => ({ 7: 'Mill' })[id] ?? `#${id}`,
    },
    catalogue: catalogueOf(someFields.map((field) => ({ ...field, label: labelOf(field, language) }))),
  }
}
const customer = { field: 'status', op: 'in', value: ['customer'] }
const old = { field: 'lastVisitOn', op: 'more_than_ago', value: { n: 30, unit: 'day' } }

describe('a filter as a sentence', () => {
  beforeAll(() => startI18n('en'))
  const say = (tree: FilterNode | null) => sentence(words('en'), tree)

  it('reads as in the issue', () => {
    expect(say({ all: [customer, old] })).toBe('Status is Customer and last visit is more than 30 days ago.')
  })
  it('says nothing of no conditions', () => {
    expect(say(null)).toBe('')
    expect(say({ all: [{ any: [] }] })).toBe('')
  })
  it('joins values with or, and groups with brackets', () => {
    expect(
      say({
        all: [
          { field: 'status', op: 'in', value: ['customer', 'prospect'] },
          {
            any: [
              { field: 'revenue', op: 'gte', value: 5000 },
              { field: 'class', op: 'in', value: ['A'] },
            ],
          },
        ],
      }),
    ).toBe('Status is Customer or Prospect and (revenue is at least $5,000 or class is A).')
  })
  it('says not', () => {
    expect(say({ not: { all: [customer, old] } })).toBe(
      'Not (status is Customer and last visit is more than 30 days ago).',
    )
  })
  it('names people, nobody and oneself', () => {
    expect(say({ field: 'ownerId', op: 'in', value: ['me', null, 7] })).toBe(
      'Owner is me, nobody, or Mia Berg.',
    )
  })
  it('counts what is too much to name', () => {
    expect(say({ field: 'tags', op: 'has_any', value: ['a', 'b', 'c', 'd', 'e', 'f'] })).toBe(
      'Tags include a, b, c, or 3 others.',
    )
  })
  it('quotes texts in any script and keeps custom labels as they are', () => {
    expect(
      say({
        all: [
          customer,
          { field: 'custom.vat', op: 'contains', value: 'مكتبة' },
          { field: 'name', op: 'is', value: '北京' },
        ],
      }),
    ).toBe('Status is Customer and VAT number contains “مكتبة” and name is “北京”.')
  })
  it('speaks of places and of what is not said yet', () => {
    expect(say({ field: 'place', op: 'reach', value: { center: [1, 2], minutes: 20 } })).toBe(
      'Can be driven to in 20 min from a place.',
    )
    expect(say({ field: 'place', op: 'area', value: { place: 3, name: 'Kent County' } })).toBe(
      'Lies in Kent County.',
    )
  })
  it('speaks of related accounts by their role, name or conditions', () => {
    expect(say({ field: 'relation', op: 'in', value: ['supplier:7', 'vendor:7'] })).toBe(
      'Related account is Supplier Mill or Vendor Mill.',
    )
    expect(
      say({
        field: 'relation',
        op: 'match',
        value: { roles: ['supplier'], filter: { any: [customer, old] } },
      }),
    ).toBe(
      'Related account that is Supplier meets (status is Customer or last visit is more than 30 days ago).',
    )
    expect(say({ not: { field: 'relation', op: 'match', value: { roles: [], filter: customer } } })).toBe(
      'Not (related account that is anything meets (status is Customer)).',
    )
  })
  it('says what is not said yet', () => {
    expect(say({ field: 'revenue', op: 'between', value: [1000, ''] })).toBe(
      'Revenue is between $1,000 and ….',
    )
  })
  it('names a field that is gone', () => {
    expect(say({ field: 'custom.gone', op: 'is', value: 1 })).toBe('“custom.gone”, a field that is gone.')
  })
})

describe('in German', () => {
  beforeAll(() => showLanguage('de'))
  it('nouns keep their capitals, and days are bent', () => {
    expect(sentence(words('de'), { all: [customer, old] })).toBe(
      'Status ist Kunde und letzter Besuch liegt vor mehr als 30 Tagen.',
    )
    expect(sentence(words('de'), { field: 'revenue', op: 'gt', value: 1234 })).toBe(
      'Umsatz ist größer als 1.234\u00a0€.',
    )
  })
})
