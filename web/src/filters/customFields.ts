/** The organisation's own fields, as admins define them. */
import { queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Answer } from '../api/types'

export type CustomField = NonNullable<Answer<'listCustomFields'>['items']>[number]

export const customFieldsQuery = queryOptions({
  queryKey: ['fields', 'custom'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/custom-fields', { signal }))).items ?? [],
  staleTime: 5 * 60_000,
})

/** A key from a label: "VAT number" is vat_number. */
export const keyFrom = (label: string) =>
  label
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40)

export const isKey = (key: string) => /^[a-z][a-z0-9_]{0,39}$/.test(key)

/** Choices as they are written, one a line; known ones keep their value when only the label differs in case. */
export function choicesFrom(text: string, known: CustomField['choices']): { value: string; label: string }[] {
  const labels = [...new Set(text.split('\n').map((line) => line.trim()))].filter(Boolean)
  return labels.map((label) => {
    const before = known.find((choice) => choice.label.toLowerCase() === label.toLowerCase())
    return { value: before?.value ?? label, label }
  })
}
