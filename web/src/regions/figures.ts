/** What a hexagon can be coloured by: where each figure comes from, and how it is read. */
import type { Regions } from '../api/types'
import type { Format } from '../i18n/format'

export type Cell = NonNullable<Regions['cells']>[number]
/** Figures of one place, whatever it is; groups that were not asked for are missing. */
export type Counts = Omit<Cell, 'cell'>
/** What the server works out only when it is asked for. */
export type Group = 'money' | 'visits' | 'coverage' | 'change'

/** As the server names them, and changes of two of them. */
export const serverFigures = [
  'accounts',
  'customers',
  'prospects',
  'openProspects',
  'penetration',
  'revenue',
  'potential',
  'whiteSpace',
  'visits',
  'overdue',
  'never',
] as const
export type ServerFigure = (typeof serverFigures)[number]
export const figureKeys = [...serverFigures, 'changeCustomers', 'changeRevenue'] as const
export type FigureKey = (typeof figureKeys)[number]

export type Figure = {
  kind: 'count' | 'money' | 'share'
  group: Group | null
  /** Around no change: less and more have a colour each. */
  change: boolean
  /** What analyses and trends ask the server for. */
  server: ServerFigure
  /** Null: there is nothing to be coloured, as where a share has no whole. */
  of: (cell: Counts) => number | null
}

const count = (
  server: ServerFigure,
  group: Group | null,
  of: (cell: Counts) => number | undefined,
): Figure => ({
  kind: 'count',
  group,
  change: false,
  server,
  of: (cell) => of(cell) || null,
})
const money = (server: ServerFigure, of: (cell: Counts) => number | undefined): Figure => ({
  ...count(server, 'money', of),
  kind: 'money',
})

export const figures: Record<FigureKey, Figure> = {
  accounts: count('accounts', null, (c) => c.accounts),
  customers: count('customers', null, (c) => c.customers),
  prospects: count('prospects', null, (c) => c.prospects),
  openProspects: count('openProspects', null, (c) => c.openProspects),
  penetration: { kind: 'share', group: null, change: false, server: 'penetration', of: (c) => c.penetration },
  revenue: money('revenue', (c) => c.revenue),
  potential: money('potential', (c) => c.potential),
  whiteSpace: money('whiteSpace', (c) => c.whiteSpace),
  visits: count('visits', 'visits', (c) => c.visits),
  overdue: count('overdue', 'coverage', (c) => c.coverage?.overdue),
  never: count('never', 'coverage', (c) => c.coverage?.never),
  changeCustomers: {
    kind: 'count',
    group: 'change',
    change: true,
    server: 'customers',
    of: (c) => c.change?.customers ?? null,
  },
  changeRevenue: {
    kind: 'money',
    group: 'change',
    change: true,
    server: 'revenue',
    of: (c) => c.change?.revenue ?? null,
  },
}

export const isFigure = (text: string): text is FigureKey => figureKeys.some((key) => key === text)

/** The groups that some figures need, as the server takes them; `change` is asked for by a day. */
export function groupsOf(keys: readonly FigureKey[]): { figures?: string; change: boolean } {
  const groups = new Set(keys.map((key) => figures[key].group))
  const named = (['money', 'visits', 'coverage'] as const).filter((group) => groups.has(group))
  return { ...(named.length > 0 ? { figures: named.join(',') } : {}), change: groups.has('change') }
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
