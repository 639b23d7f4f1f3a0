/** The columns of the list: what there is, what is shown, in which order and how wide. */
import type { AccountRow } from '../api/types'
import type { Field, FieldType } from '../filters/types'

/** A row with what admins defined. */
export type Row = AccountRow & { custom?: Record<string, unknown>; notes?: string }

export type Column = {
  key: string
  label: string
  type: FieldType
  /** What the server sorts by; undefined: it cannot. */
  sort?: string | undefined
  editable: boolean
  /** Pixels, when nobody has chosen. */
  width: number
  /** Figures stand at the end. */
  end: boolean
  field: Field | undefined
}

type Own = { type: FieldType; width: number; editable?: boolean; sort?: boolean; read: (row: Row) => unknown }

/** What every account has, in the order in which it is offered. */
const own: Record<string, Own> = {
  name: { type: 'text', width: 240, editable: true, sort: true, read: (a) => a.name },
  status: { type: 'choice', width: 152, editable: true, read: (a) => a.status },
  class: { type: 'choice', width: 76, editable: true, read: (a) => a.class },
  ownerId: { type: 'choice', width: 148, editable: true, read: (a) => a.ownerId },
  teamId: { type: 'choice', width: 130, editable: true, read: (a) => a.teamId },
  dueOn: { type: 'date', width: 132, sort: true, read: (a) => a.dueOn },
  coverage: { type: 'choice', width: 132, read: (a) => a.coverage },
  lastVisitOn: { type: 'date', width: 132, read: (a) => a.lastVisitOn },
  revenue: { type: 'money', width: 110, editable: true, sort: true, read: (a) => a.revenue },
  potential: { type: 'money', width: 110, editable: true, sort: true, read: (a) => a.potential },
  tags: { type: 'choices', width: 190, editable: true, read: (a) => a.tags },
  city: { type: 'text', width: 132, read: (a) => a.site?.city },
  street: {
    type: 'text',
    width: 190,
    read: (a) => (a.site ? [a.site.housenumber, a.site.street].filter(Boolean).join(' ') : undefined),
  },
  postcode: { type: 'text', width: 96, read: (a) => a.site?.postcode },
  category: { type: 'text', width: 140, editable: true, read: (a) => a.category },
  phone: { type: 'text', width: 140, editable: true, read: (a) => a.phone },
  email: { type: 'text', width: 190, editable: true, read: (a) => a.email },
  website: { type: 'link', width: 180, editable: true, read: (a) => a.website },
  visitIntervalDays: { type: 'number', width: 120, editable: true, read: (a) => a.visitIntervalDays },
  visitMinutes: { type: 'number', width: 120, editable: true, read: (a) => a.visitMinutes },
  createdAt: { type: 'date', width: 124, read: (a) => a.createdAt },
  updatedAt: { type: 'date', width: 124, sort: true, read: (a) => a.updatedAt },
}
export const ownKeys = Object.keys(own)

const customWidth = 150
const customPrefix = 'custom.'

/** The name of a custom field; null for the product's own. */
export const customKey = (key: string) =>
  key.startsWith(customPrefix) ? key.slice(customPrefix.length) : null

/** What an account has in a column. */
export function cellOf(row: Row, key: string): unknown {
  const custom = customKey(key)
  return custom === null ? own[key]?.read(row) : row.custom?.[custom]
}

const isFigure = (type: FieldType) => type === 'money' || type === 'number'

/** Every column that can be shown: the product's own, then the custom fields of the catalogue. */
export function columnsOf(fields: readonly Field[], labelOf: (key: string) => string): Column[] {
  const byKey = new Map(fields.map((field) => [field.key, field]))
  const owned = Object.entries(own).map(([key, column]): Column => {
    const field = byKey.get(key)
    return {
      key,
      label: field?.label ?? labelOf(key),
      type: column.type,
      sort: (field ? field.sortable : column.sort) ? key : undefined,
      editable: (column.editable ?? false) && (field?.editable ?? true),
      width: column.width,
      end: isFigure(column.type),
      field,
    }
  })
  const custom = fields
    .filter((field) => field.custom && customKey(field.key) !== null)
    .map(
      (field): Column => ({
        key: field.key,
        label: field.label,
        type: field.type,
        sort: field.sortable ? field.key : undefined,
        editable: field.editable,
        width: customWidth,
        end: isFigure(field.type),
        field,
      }),
    )
  return [...owned, ...custom]
}

/** Shown when nobody chose: these, as far as there is room. */
export const usualColumns = [
  'name',
  'status',
  'class',
  'ownerId',
  'dueOn',
  'lastVisitOn',
  'revenue',
  'city',
  'tags',
] as const
/** The order in which they find room. */
const byWorth = ['name', 'dueOn', 'status', 'revenue', 'ownerId', 'class', 'city', 'lastVisitOn', 'tags']

export const checkWidth = 40
const leastName = 180

/** The columns that a list of this width (px) has room for. */
export function columnsFor(width: number): string[] {
  let left = width - checkWidth
  const fit = new Set<string>()
  for (const key of byWorth) {
    const needs = key === 'name' ? leastName : (own[key]?.width ?? customWidth)
    if (needs > left && fit.size > 0) break
    left -= needs
    fit.add(key)
  }
  return usualColumns.filter((key) => fit.has(key))
}

export type Widths = Readonly<Record<string, number>>
/** What is shown, and how wide; null columns: what fits. */
export type Layout = { columns: readonly string[] | null; widths: Widths }

export const noLayout: Layout = { columns: null, widths: {} }

const narrowest = 56
const widest = 900
export const clampWidth = (px: number) => Math.round(Math.max(narrowest, Math.min(px, widest)))

export const resized = (layout: Layout, key: string, px: number): Layout => ({
  ...layout,
  widths: { ...layout.widths, [key]: clampWidth(px) },
})

/** A column put where another one stands. The name stays first: it says what the row is. */
export function moved(columns: readonly string[], key: string, over: string): string[] {
  const from = columns.indexOf(key)
  const to = columns.indexOf(over)
  if (from <= 0 || to <= 0) return [...columns]
  const out = columns.filter((c) => c !== key)
  out.splice(to, 0, key)
  return out
}

/** A column put in at the end, or taken out. */
export function toggled(columns: readonly string[], key: string): string[] {
  if (key === 'name') return [...columns]
  return columns.includes(key) ? columns.filter((c) => c !== key) : [...columns, key]
}

/** The columns to draw: those of the layout that still exist, the name always first. */
export function shownColumns(all: readonly Column[], layout: Layout, width: number): Column[] {
  const byKey = new Map(all.map((column) => [column.key, column]))
  const keys = layout.columns ?? columnsFor(width)
  return ['name', ...keys.filter((key) => key !== 'name')].flatMap((key) => {
    const column = byKey.get(key)
    return column ? [column] : []
  })
}

/** Tracks of a CSS grid: fixed, but for the name, which takes what is left. */
export function template(columns: readonly Column[], widths: Widths): string {
  const track = (column: Column) => {
    const width = widths[column.key] ?? column.width
    return column.key === 'name' && widths.name === undefined ? `minmax(${leastName}px, 1fr)` : `${width}px`
  }
  return [`${checkWidth}px`, ...columns.map(track)].join(' ')
}
