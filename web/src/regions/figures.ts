/** What a hexagon can be coloured by: where each figure comes from, and how it is read. */
import type { Regions } from '../api/types'
import type { Format } from '../i18n/format'

type Known = NonNullable<Regions['cells']>[number]
/** What was asked for beyond the counts is there; see `groups`. */
export type Cell = Known

export const figureKeys = ['accounts', 'customers', 'prospects', 'openProspects', 'penetration'] as const
export type FigureKey = (typeof figureKeys)[number]

export type Figure = {
  kind: 'count' | 'money' | 'share'
  /** Around no change: less and more have a colour each. */
  change: boolean
  /** Null: there is nothing to be coloured, as where a share has no whole. */
  of: (cell: Counts) => number | null
}
export type Counts = Omit<Known, 'cell'>

const count = (of: (cell: Counts) => number): Figure => ({
  kind: 'count',
  change: false,
  of: (cell) => of(cell) || null,
})

export const figures: Record<FigureKey, Figure> = {
  accounts: count((c) => c.accounts),
  customers: count((c) => c.customers),
  prospects: count((c) => c.prospects),
  openProspects: count((c) => c.openProspects),
  penetration: {
    kind: 'share',
    change: false,
    of: ({ customers, prospects }) =>
      customers + prospects > 0 ? customers / (customers + prospects) : null,
  },
}

/** A figure's value as people read it. */
export function figureText(figure: Figure, value: number, format: Format): string {
  const text =
    figure.kind === 'money'
      ? format.money(value)
      : figure.kind === 'share'
        ? new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 }).format(value)
        : format.number(value)
  return figure.change && value > 0 ? `+${text}` : text
}
