import { Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table'
import type { TFunction } from 'i18next'
import type { AccountRow } from '../api/types'
import type { Sort } from '../app/search'
import type { Format } from '../i18n/format'
import classes from './AccountsTable.module.css'
import { ClassMark, CoverageMark, StatusDot } from './Marks'
import { addressOf } from './queries'

export const features = tableFeatures({ columnVisibilityFeature })
const helper = createColumnHelper<typeof features, AccountRow>()

export const columnIds = ['name', 'class', 'owner', 'coverage', 'revenue', 'category', 'updated'] as const
export type ColumnId = (typeof columnIds)[number]

/** What a column sorts by on the server, and its width: fixed, or shares of what is left. */
export const columnMeta: Record<ColumnId, { sort?: Sort; width: string; end?: boolean; from: number }> = {
  name: { sort: 'name', width: 'minmax(0, 3fr)', from: 0 },
  class: { width: '3rem', from: 430 },
  owner: { width: 'minmax(0, 1.3fr)', from: 620 },
  coverage: { sort: 'dueOn', width: '8.25rem', from: 0 },
  revenue: { sort: 'revenue', width: '5.5rem', end: true, from: 520 },
  category: { width: 'minmax(0, 1.2fr)', from: 720 },
  updated: { sort: 'updatedAt', width: '7rem', from: 820 },
}

/** What a list shows when nobody chose: the columns that its width (px) has room for. */
export const columnsFor = (width: number): ColumnId[] =>
  columnIds.filter((id) => !['category', 'updated'].includes(id) && width >= columnMeta[id].from)

export function makeColumns(t: TFunction<['accounts', 'common']>, format: Format) {
  return helper.columns([
    helper.accessor('name', {
      id: 'name',
      header: t('column.name'),
      cell: ({ row: { original: a } }) => (
        <span className={classes.name}>
          <StatusDot status={a.status} />
          <span className={classes.lines}>
            <Link
              to="/accounts/$id"
              params={{ id: String(a.id) }}
              className={classes.link}
              tabIndex={-1}
              onClick={(e) => e.stopPropagation()}
            >
              {a.name}
            </Link>
            <Text component="span" size="sm" c="dimmed" truncate>
              {a.site ? addressOf(a.site) || t('onMap') : t('noPlace')}
            </Text>
          </span>
        </span>
      ),
    }),
    helper.accessor('class', {
      id: 'class',
      header: t('column.class'),
      cell: ({ row }) => <ClassMark value={row.original.class} />,
    }),
    helper.accessor('ownerName', {
      id: 'owner',
      header: t('column.owner'),
      cell: ({ row }) => (
        <Text component="span" size="sm" truncate c={row.original.ownerId ? undefined : 'dimmed'}>
          {row.original.ownerId ? row.original.ownerName : t('nobody')}
        </Text>
      ),
    }),
    helper.accessor('coverage', {
      id: 'coverage',
      header: t('column.due'),
      cell: ({ row: { original: a } }) => (
        <CoverageMark
          coverage={a.coverage}
          detail={a.dueOn && a.coverage !== 'never' ? format.relativeDay(a.dueOn) : undefined}
        />
      ),
    }),
    helper.accessor('revenue', {
      id: 'revenue',
      header: t('column.revenue'),
      cell: ({ row }) => (row.original.revenue ? format.money(row.original.revenue) : '–'),
    }),
    helper.accessor('category', {
      id: 'category',
      header: t('column.category'),
      cell: ({ row }) => (
        <Text component="span" size="sm" truncate>
          {row.original.category}
        </Text>
      ),
    }),
    helper.accessor('updatedAt', {
      id: 'updated',
      header: t('column.updated'),
      cell: ({ row }) => format.relativeDay(format.today(new Date(row.original.updatedAt))),
    }),
  ])
}
