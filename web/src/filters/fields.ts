/** The catalogue of fields: what can be asked, shown, sorted by and changed. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isAround, isWholePlace, placeOf } from './place'
import { isMatch, isWholeMatch, matchingOf, relatedOf } from './relation'
import type { Condition } from './tree'
import type { Field, FieldType } from './types'

export const fieldsQuery = queryOptions({
  queryKey: ['fields'],
  queryFn: async ({ signal }): Promise<Field[]> =>
    (await call(api.GET('/api/fields', { signal }))).items ?? [],
  staleTime: 5 * 60_000,
})

export type Catalogue = { list: Field[]; byKey: ReadonlyMap<string, Field> }

const nothing: Field[] = []
export const catalogueOf = (list: Field[]): Catalogue => ({
  list,
  byKey: new Map(list.map((field) => [field.key, field])),
})

export function useCatalogue(): Catalogue & { loading: boolean; error: unknown } {
  const { data, error, isPending } = useQuery(fieldsQuery)
  // What we call the fields depends on the language.
  const { i18n } = useTranslation('filters')
  const { language } = i18n
  return useMemo(() => {
    const named = (data ?? nothing).map((field) => ({ ...field, label: labelOf(field, language) }))
    return { ...catalogueOf(named), loading: isPending, error }
  }, [data, error, isPending, language])
}

/** The product's own fields are named by us, in the user's language; custom ones as the admin named them. */
export function labelOf(field: Field, language = i18next.language): string {
  const key = `filters:field.${field.key}`
  return !field.custom && i18next.exists(key, { lng: language })
    ? i18next.t(key as 'filters:field.name', { lng: language })
    : field.label
}

/** What we call one of the product's own fields. */
export const fieldName = (key: string): string =>
  i18next.exists(`filters:field.${key}`) ? i18next.t(`filters:field.${key}` as 'filters:field.name') : key

/** What an operation is about, and so which words and which control it has. */
export type OpGroup =
  | 'text'
  | 'number'
  | 'date'
  | 'choice'
  | 'choices'
  | 'boolean'
  | 'place'
  | 'segment'
  | 'search'

export function opGroup(type: FieldType): OpGroup {
  if (type === 'link') return 'text'
  return type === 'money' ? 'number' : type
}

/** Operations that need no value. */
export const isBare = (op: string) =>
  ['is_empty', 'not_empty', 'today', 'this_week', 'this_month'].includes(op)

/** What a condition compares with is a map, or conditions in turn. */
export const isWide = ({ key }: Field) => key === 'place' || key === 'relation'

/** A new condition on a field: its first operation with nothing chosen yet. */
export function conditionOn(field: Field): Condition {
  const op = field.ops[0] ?? 'is'
  return withOp({ field: field.key, op }, op)
}

const shapes: [readonly string[], unknown][] = [
  [['between'], ['', '']],
  [['in', 'not_in', 'has_any', 'has_all', 'has_none'], []],
  [['in_last', 'in_next', 'more_than_ago'], { n: 30, unit: 'day' }],
]
const shapeOf = (op: string) => shapes.findIndex(([ops]) => ops.includes(op))

/** The condition with another operation; its value is kept when both take the same kind. */
export function withOp(condition: Condition, op: string): Condition {
  const { field } = condition
  if (isBare(op)) return { field, op }
  if (field === 'relation') {
    const roles = isMatch(condition) ? matchingOf(condition).roles : relatedOf(condition).roles
    if (op === 'match') return { field, op, value: { roles, filter: matchingOf(condition).filter } }
    if (isMatch(condition)) return { field, op, value: roles }
  }
  const shape = shapeOf(op)
  if ('value' in condition && shapeOf(condition.op) === shape && !isBare(condition.op))
    return { field, op, value: condition.value }
  if (shape >= 0) return { field, op, value: shapes[shape]?.[1] }
  if (field === 'place') {
    const { center, name } = placeOf(condition)
    const keep = isAround(op) && isAround(condition.op) && center
    if (!keep) return { field, op, value: null }
    const asked = op === 'radius' ? { metres: 5000 } : { minutes: 20, profile: 'car' }
    return { field, op, value: { center, ...(name ? { name } : {}), ...asked } }
  }
  return { field, op, value: op === 'is' && typeof condition.value === 'boolean' ? condition.value : '' }
}

/** Whether a condition says enough to be asked. */
export function isWhole(condition: Condition): boolean {
  const { field, op, value } = condition
  if (isBare(op)) return true
  if (field === 'place') return isWholePlace(condition)
  if (isMatch(condition)) return isWholeMatch(condition, isWhole)
  if (Array.isArray(value)) return value.length > 0 && value.every((v) => v !== '')
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value === 'object' && value !== null && 'n' in value) return Number(value.n) >= 1
  return value !== null && value !== undefined
}
