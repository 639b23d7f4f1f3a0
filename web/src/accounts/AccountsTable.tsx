import { Button, Checkbox, Loader, Skeleton, Text } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccountRow } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import { useProblemText } from '../app/problemText'
import { type AccountFilter, conditionsOf, type Sort } from '../app/search'
import { useFormat } from '../i18n/format'
import classes from './AccountsTable.module.css'
import { type ColumnId, columnIds, columnMeta, columnsFor, features, makeColumns } from './columns'
import { accountsQuery } from './queries'

export type Checked = ReadonlyMap<number, AccountRow>

type Props = {
  filter: AccountFilter
  sort?: Sort
  onSort: (sort: Sort | undefined) => void
  bounds?: Bounds | null
  /** null: what fits. */
  columns: readonly ColumnId[] | null
  selected: number | null
  onSelect: (account: AccountRow) => void
  hover: number | null
  onHover: (account: number | null) => void
  checked: Checked
  onChecked: (checked: Checked) => void
  onTotal?: (total: number | undefined) => void
  /** The next action of an empty list. */
  emptyAction?: ReactNode
  onClearFilter: () => void
}

const none: AccountRow[] = []
const rowHeight = 60

/**
 * Accounts as a grid that loads as it is scrolled. Keyboard: up, down, page up,
 * page down, home and end move; space checks; enter opens.
 */
export function AccountsTable(props: Props) {
  const { filter, sort, bounds, selected, hover, checked } = props
  const { t } = useTranslation(['accounts', 'common'])
  const format = useFormat()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const query = useInfiniteQuery(accountsQuery(filter, sort, bounds))
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items ?? none) ?? none, [data])
  const total = data?.pages[0]?.total
  const { ref: sizeRef, width } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const frame = useMergedRef(sizeRef, scroller)

  const columns = useMemo(() => makeColumns(t, format), [t, format])
  const shown = props.columns ?? columnsFor(width)
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (row) => String(row.id),
    state: {
      columnVisibility: Object.fromEntries(columnIds.map((id) => [id, shown.includes(id)])),
    },
  })
  const template = `2.75rem ${columnIds
    .filter((id) => shown.includes(id))
    .map((id) => columnMeta[id].width)
    .join(' ')}`

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    scrollPaddingStart: 40,
  })
  const items = virtualizer.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0

  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= rows.length - 20) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, lastShown, rows.length, fetchNextPage])

  const { onTotal } = props
  useEffect(() => onTotal?.(total), [onTotal, total])

  // A point chosen on the map comes into sight in the list, where it is loaded.
  const selectedIndex = selected === null ? -1 : rows.findIndex((row) => row.id === selected)
  useEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: 'auto' })
  }, [selectedIndex, virtualizer])

  const activeIndex = Math.max(selectedIndex, 0)

  const moveTo = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)]
    if (!row) return
    props.onSelect(row)
    virtualizer.scrollToIndex(rows.indexOf(row), { align: 'auto' })
    requestAnimationFrame(() =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-account="${row.id}"]`)
        ?.focus({ preventScroll: true }),
    )
  }
  const toggle = (row: AccountRow) => {
    const next = new Map(checked)
    if (!next.delete(row.id)) next.set(row.id, row)
    props.onChecked(next)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>, row: AccountRow, index: number) => {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / rowHeight) - 1)
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: rows.length - 1,
    }
    const move = moves[event.key]
    if (move !== undefined) moveTo(move)
    else if (event.key === 'Enter') void navigate({ to: '/accounts/$id', params: { id: String(row.id) } })
    else if (event.key === ' ') toggle(row)
    else return
    event.preventDefault()
  }

  const allChecked = rows.length > 0 && rows.every((row) => checked.has(row.id))

  if (query.isError && rows.length === 0)
    return (
      <State title={t('list.failed')} text={problemText(query.error)}>
        <Button onClick={() => void query.refetch()}>{t('common:action.retry')}</Button>
      </State>
    )
  if (query.isPending)
    return (
      <div className={classes.scroller} ref={frame} aria-busy>
        {Array.from({ length: 12 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and never move
          <Skeleton key={i} height={40} m="10px 16px" width="auto" />
        ))}
      </div>
    )
  if (rows.length === 0) {
    const filtered = conditionsOf(filter) > 0 || bounds
    return (
      <State
        title={filtered ? t('list.noMatch') : t('list.none')}
        text={filtered ? t('list.noMatchText') : t('list.noneText')}
      >
        {filtered ? <Button onClick={props.onClearFilter}>{t('filter.clear')}</Button> : props.emptyAction}
      </State>
    )
  }

  return (
    <div
      className={classes.scroller}
      ref={frame}
      aria-busy={query.isFetching}
      data-stale={query.isPlaceholderData}
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are moved through by keyboard is a grid
        role="grid"
        aria-label={t('title')}
        aria-rowcount={total === undefined ? -1 : total + 1}
        aria-multiselectable
        className={classes.table}
      >
        <thead className={classes.head}>
          {table.getHeaderGroups().map((group) => (
            <tr
              key={group.id}
              aria-rowindex={1}
              className={classes.row}
              style={{ gridTemplateColumns: template }}
            >
              <th scope="col" className={classes.check}>
                <Checkbox
                  aria-label={t('list.checkAll', { count: rows.length })}
                  checked={allChecked}
                  indeterminate={!allChecked && checked.size > 0}
                  onChange={() =>
                    props.onChecked(allChecked ? new Map() : new Map(rows.map((row) => [row.id, row])))
                  }
                />
              </th>
              {group.headers.map((header) => {
                const meta = columnMeta[header.column.id as ColumnId]
                const order = sortOrder(sort, meta.sort)
                return (
                  <th
                    key={header.id}
                    scope="col"
                    data-end={meta.end}
                    aria-sort={order === 0 ? undefined : order > 0 ? 'ascending' : 'descending'}
                  >
                    {meta.sort ? (
                      <button
                        type="button"
                        className={classes.sort}
                        onClick={() => props.onSort(nextSort(sort, meta.sort as Sort))}
                      >
                        <table.FlexRender header={header} />
                        {order > 0 && <IconArrowUp size={14} aria-hidden />}
                        {order < 0 && <IconArrowDown size={14} aria-hidden />}
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = table.getRowModel().rows[item.index]
            if (!row) return null
            const account = row.original
            return (
              <tr
                key={row.id}
                data-account={account.id}
                data-hover={hover === account.id}
                aria-rowindex={item.index + 2}
                aria-selected={selected === account.id}
                tabIndex={item.index === activeIndex ? 0 : -1}
                className={classes.row}
                style={{
                  gridTemplateColumns: template,
                  height: item.size,
                  transform: `translateY(${item.start}px)`,
                }}
                onClick={() => props.onSelect(account)}
                onDoubleClick={() =>
                  void navigate({ to: '/accounts/$id', params: { id: String(account.id) } })
                }
                onKeyDown={(event) => onKeyDown(event, account, item.index)}
                onPointerEnter={() => props.onHover(account.id)}
                onPointerLeave={() => props.onHover(null)}
              >
                <td className={classes.check}>
                  <Checkbox
                    tabIndex={-1}
                    aria-label={t('list.check', { name: account.name })}
                    checked={checked.has(account.id)}
                    onClick={(e) => e.stopPropagation()}
                    onChange={() => toggle(account)}
                  />
                </td>
                {row.getVisibleCells().map((cell) => (
                  <td key={cell.id} data-end={columnMeta[cell.column.id as ColumnId].end}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
      {isFetchingNextPage && <Loader size="sm" className={classes.more} aria-label={t('common:loading')} />}
      {query.isFetchNextPageError && (
        <Button className={classes.more} size="xs" variant="default" onClick={() => void fetchNextPage()}>
          {t('list.moreFailed')}
        </Button>
      )}
    </div>
  )
}

function State({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className={classes.state}>
      <Text fw={650} size="lg">
        {title}
      </Text>
      <Text c="dimmed" mb="sm">
        {text}
      </Text>
      {children}
    </div>
  )
}

/** 1 when the list is sorted by a column upwards, -1 downwards, 0 when not by it. */
export function sortOrder(sort: Sort | undefined, column: Sort | undefined): 1 | 0 | -1 {
  if (!sort || !column) return 0
  if (sort === column) return 1
  return sort === `-${column}` ? -1 : 0
}

/** A click on a header: up, then down, then no order of one's own. */
export function nextSort(sort: Sort | undefined, column: Sort): Sort | undefined {
  const order = sortOrder(sort, column)
  if (order === 0) return column
  return order > 0 ? (`-${column}` as Sort) : undefined
}
