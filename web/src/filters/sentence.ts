/** A tree of conditions as a sentence in the user's language. */
import type { i18n as I18n } from 'i18next'
import type { Format } from '../i18n/format'
import { type Catalogue, isBare, opGroup } from './fields'
import type { PlaceValue } from './place'
import { isMatch, matchingOf } from './relation'
import { type Condition, childrenOf, type FilterNode, isCondition, isNot, kindOf, pruned } from './tree'
import type { Field } from './types'

/** Names that a filter holds only as numbers. */
export type Names = {
  user: (id: number) => string
  team: (id: number) => string
  segment: (id: number) => string
  account: (id: number) => string
}

export type Words = { i18n: I18n; format: Format; names: Names; catalogue: Catalogue }

type Values = Record<string, string | number>

/** Most values of a list that are named; more are counted. */
const mostNamed = 3

function say({ i18n }: Words, key: string, values: Values = {}): string {
  return i18n.t(`filters:${key}` as 'filters:field.name', values)
}

/** A role, or one of a certain account: supplier, supplier:7, any:7. */
function relationName(words: Words, value: string, field: Pick<Field, 'choices'>): string {
  const [role = '', account] = value.split(':')
  const key = `record:relations.role.${role}`
  const name = words.i18n.exists(key)
    ? words.i18n.t(key as 'filters:field.name')
    : (field.choices?.find((choice) => choice.value === role)?.label ?? '')
  return account ? `${name} ${words.names.account(Number(account))}`.trim() : name
}

/** What a value of a choice is called. */
export function choiceName(
  words: Words,
  field: Pick<Field, 'key' | 'type' | 'choices'> & { custom?: boolean },
  value: unknown,
): string {
  if (value === null) return say(words, 'nobody')
  if (value === 'me') return say(words, 'me')
  if (field.key === 'ownerId') return words.names.user(Number(value))
  if (field.key === 'teamId') return words.names.team(Number(value))
  if (field.type === 'segment') return words.names.segment(Number(value))
  if (field.key === 'relation') return relationName(words, String(value), field)
  for (const key of [`accounts:${field.key}.${value}`, `filters:choice.${field.key}.${value}`])
    if (!field.custom && words.i18n.exists(key)) return words.i18n.t(key as 'filters:field.name')
  return field.choices?.find((choice) => choice.value === value)?.label ?? String(value)
}

function listOf(words: Words, values: string[], type: 'conjunction' | 'disjunction'): string {
  const shown =
    values.length > mostNamed + 1
      ? [...values.slice(0, mostNamed), say(words, 'others', { count: values.length - mostNamed })]
      : values
  return new Intl.ListFormat(words.i18n.language, { type }).format(shown)
}

const spanOf = (words: Words, value: unknown) => {
  const { n = 0, unit = 'day' } = (value ?? {}) as { n?: number; unit?: string }
  return say(words, `span.${unit}`, { count: Number(n) })
}

function scalar(words: Words, field: Field, value: unknown): string {
  const { format } = words
  if (value === '' || value === null || value === undefined) return '…'
  if (field.type === 'money' && typeof value === 'number') return format.money(value)
  if (typeof value === 'number') return format.number(value)
  if (field.type === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(String(value))) return format.day(String(value))
  if (field.type === 'text' || field.type === 'link' || field.type === 'search')
    return say(words, 'quoted', { text: String(value) })
  return String(value)
}

function placeValues(words: Words, value: unknown): Values {
  const { metres, minutes, cells, name } = (value ?? {}) as PlaceValue
  return {
    place: name || say(words, 'somePlace'),
    distance: metres === undefined ? '…' : words.format.distance(metres),
    duration: minutes === undefined ? '…' : words.format.duration(minutes * 60),
    count: cells?.length ?? 0,
  }
}

/** The values of a condition, as its words want them. */
function valuesOf(words: Words, field: Field, { op, value }: Condition): Values {
  if (isBare(op)) return {}
  if (isMatch({ field: field.key, op })) {
    const { roles, filter } = matchingOf({ field: field.key, op, value })
    const names = roles.map((role) => relationName(words, role, field))
    const inner = pruned(filter)
    return {
      role: names.length > 0 ? listOf(words, names, 'disjunction') : say(words, 'anyRelated'),
      text: inner ? clause(words, inner, false, true) : '…',
    }
  }
  if (field.type === 'place') return placeValues(words, value)
  if (op === 'between') {
    const [from, to] = Array.isArray(value) ? value : []
    return { from: scalar(words, field, from), to: scalar(words, field, to) }
  }
  if (Array.isArray(value)) {
    const names = value.map((member) => choiceName(words, field, member))
    const type = ['has_all', 'has_none', 'not_in'].includes(op) ? 'conjunction' : 'disjunction'
    return { value: names.length > 0 ? listOf(words, names, type) : '…' }
  }
  if (op === 'in_last' || op === 'in_next' || op === 'more_than_ago') return { span: spanOf(words, value) }
  if (field.type === 'boolean') return { value: say(words, value ? 'yes' : 'no') }
  return { value: scalar(words, field, value) }
}

/** What a condition says of its field, without naming it: "is more than 30 days ago". */
export function predicate(words: Words, field: Field, condition: Condition): string {
  const key = `says.${opGroup(field.type)}.${condition.op}`
  if (!words.i18n.exists(`filters:${key}`)) return condition.op
  return say(words, key, valuesOf(words, field, condition))
}

const named = (field: Field) => !['search', 'place'].includes(field.type)

/** One condition: "Status is Customer". */
export function conditionText(words: Words, condition: Condition, first = true): string {
  const field = words.catalogue.byKey.get(condition.field)
  if (!field) return say(words, 'unknownField', { field: condition.field })
  const says = predicate(words, field, condition)
  if (!named(field)) return first ? capital(words, says) : says
  const label = first || field.custom ? field.label : inside(words, field)
  return `${label} ${says}`
}

/** What a field is called inside of a sentence: English labels lose their capital, German nouns keep it. */
function inside({ i18n }: Words, { key, label }: Field): string {
  const own = `filters:inside.${key}`
  if (i18n.exists(own)) return i18n.t(own as 'filters:inside.dueOn')
  if (i18n.language !== 'en' || /^\p{Lu}{2}/u.test(label)) return label
  return label.charAt(0).toLocaleLowerCase('en') + label.slice(1)
}

const capital = ({ i18n }: Words, text: string) =>
  text.charAt(0).toLocaleUpperCase(i18n.language) + text.slice(1)

function clause(words: Words, node: FilterNode, first: boolean, top: boolean): string {
  if (isCondition(node)) return conditionText(words, node, first)
  if (isNot(node)) {
    const text = say(words, 'not', { text: clause(words, node.not, false, true) })
    return first ? capital(words, text) : text
  }
  const children = childrenOf(node)
  const joined = children
    .map((child, index) => clause(words, child, first && top && index === 0, children.length === 1))
    .join(` ${say(words, kindOf(node) === 'any' ? 'or' : 'and')} `)
  return top ? joined : `(${joined})`
}

/** The whole filter; '' for none. */
export function sentence(words: Words, tree: FilterNode | null): string {
  const clean = pruned(tree)
  if (!clean) return ''
  return `${clause(words, clean, true, true)}.`
}
