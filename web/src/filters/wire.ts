/** The wire types of filters, views, segments, custom fields and bulk changes. */
import { api } from '../api/client'
import type { FilterNode } from './tree'

export type FieldType =
  | 'text'
  | 'number'
  | 'money'
  | 'date'
  | 'choice'
  | 'choices'
  | 'boolean'
  | 'link'
  | 'place'
  | 'segment'
  | 'search'

export type Field = {
  key: string
  label: string
  group: string
  type: FieldType
  ops: string[]
  choices?: { value: string; label: string }[] | null
  sortable: boolean
  editable: boolean
  custom: boolean
}

export type View = {
  id: number
  name: string
  object: 'accounts'
  shared: 'own' | 'team' | 'all'
  ownerId: number
  filter: FilterNode | null
  sort: string
  columns: string[]
  widths?: Record<string, number> | null
  map: Record<string, unknown> | null
  version: number
}

export type Segment = {
  id: number
  name: string
  description: string
  kind: 'static' | 'dynamic'
  filter: FilterNode | null
  ownerId: number
  shared: 'own' | 'team' | 'all'
  total: number
  withoutPlace: number
  doNotContact: number
  countedAt: string | null
  version: number
}

export type CustomFieldType = 'text' | 'number' | 'money' | 'date' | 'choice' | 'choices' | 'boolean' | 'link'

export type CustomField = {
  id: number
  key: string
  label: string
  type: CustomFieldType
  choices: { value: string; label: string }[] | null
  required: boolean
  position: number
  archived: boolean
}

export type BulkSet = {
  status?: string
  class?: string
  ownerId?: number | null
  teamId?: number | null
  category?: string
  visitIntervalDays?: number
  visitMinutes?: number
  custom?: Record<string, unknown>
}

/** Which accounts: those that match, or those named. */
export type Which = { filter: FilterNode } | { ids: number[] }

type Answered = Promise<{ data?: unknown; error?: unknown; response: Response }>
type Init = { params?: object; body?: unknown; signal?: AbortSignal }

/** The client for paths that the schema does not hold yet. */
export const wire = api as unknown as {
  GET(path: string, init?: Init): Answered
  POST(path: string, init?: Init): Answered
  PATCH(path: string, init?: Init): Answered
  DELETE(path: string, init?: Init): Answered
}
