/** A small catalogue, for tests. */
import type { Field, FieldType } from './types'

const ops: Partial<Record<FieldType, string[]>> = {
  text: ['is', 'is_not', 'contains', 'not_contains', 'starts_with', 'is_empty', 'not_empty'],
  number: ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'is_empty', 'not_empty'],
  money: ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'is_empty', 'not_empty'],
  date: [
    'on',
    'before',
    'after',
    'between',
    'in_last',
    'in_next',
    'more_than_ago',
    'today',
    'is_empty',
    'not_empty',
  ],
  choice: ['in', 'not_in', 'is_empty', 'not_empty'],
  choices: ['has_any', 'has_all', 'has_none', 'is_empty', 'not_empty'],
  boolean: ['is'],
  place: ['within', 'radius', 'reach', 'cells', 'box'],
  search: ['matches'],
}

const field = (key: string, type: FieldType, more: Partial<Field> = {}): Field => ({
  key,
  label: key,
  group: 'account',
  type,
  ops: ops[type] ?? ['is'],
  sortable: true,
  editable: true,
  custom: false,
  ...more,
})
const choices = (...values: string[]) => values.map((value) => ({ value, label: value }))

export const someFields: Field[] = [
  field('name', 'text'),
  field('status', 'choice', { choices: choices('prospect', 'customer', 'former') }),
  field('class', 'choice', { choices: choices('A', 'B', 'C') }),
  field('ownerId', 'choice'),
  field('tags', 'choices'),
  field('revenue', 'money'),
  field('lastVisitOn', 'date', { editable: false }),
  field('place', 'place', { sortable: false, editable: false }),
  field('relation', 'choice', {
    ops: ['in', 'not_in', 'is_empty', 'not_empty', 'match'],
    choices: choices('supplier', 'vendor'),
    sortable: false,
    editable: false,
  }),
  field('search', 'search', { sortable: false, editable: false }),
  field('custom.vat', 'text', { label: 'VAT number', group: 'custom', custom: true }),
  field('custom.key_account', 'boolean', { label: 'Key account', group: 'custom', custom: true }),
]
