import { Button, Skeleton, Text } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import type { AccountRow } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import { useProblemText } from '../app/problemText'
import { type AccountFilter, conditionsOf, type Sort } from '../app/search'
import { toast } from '../app/toast'
import { fieldName } from '../filters/fields'
import { useChoices, useWords } from '../filters/useWords'
import classes from './AccountsTable.module.css'
import { ConflictDialog } from './ConflictDialog'
import { type CellWords, changeOf, parseCell, textOf } from './cellValue'
import { type Checked, checkedRange, isChecked, toggledRow } from './checked'
import { fromTsv, spread, toTsv } from './clipboard'
import { type Column, cellOf, columnsOf, type Layout, type Row, shownColumns, template } from './columns'
import { at, type Grid, move, rangeOf, within } from './grid'
import { TableHead } from './TableHead'
import { type RowHandlers, TableRow } from './TableRow'
import { useAccountRows } from './useAccountRows'
import { type RowEdit, useSaveRows } from './useSaveRows'

type Props = {
  filter: AccountFilter
  sort?: Sort | undefined
  onSort: (sort: Sort | undefined) => void
  bounds?: Bounds | null
  layout: Layout
  onLayout: (layout: Layout) => void
  selected: number | null
  onSelect: (account: AccountRow) => void
  hover: number | null
  onHover: (account: number | null) => void
  checked: Checked
  onChecked: (checked: Checked) => void
  /** How many there are, once known; or that they could not be counted. */
  onTotal?: (total: number | undefined, uncounted: boolean) => void
  onError?: (error: unknown) => void
  /** Two lines a row and nothing to change: a phone. */
  tall?: boolean
  /** The next action of an empty list. */
  emptyAction?: ReactNode
  onClearFilter: () => void
}

const tallRow = 64
const flatRow = 40
const headHeight = 36
/** Accounts that one paste may change. */
const mostPasted = 500

/**
 * Accounts as a grid that loads as it is scrolled. Arrows move the active cell, shift makes
 * a range, space checks, enter opens, E or F2 changes, Ctrl-C and Ctrl-V copy and paste.
 */
export function AccountsTable(props: Props) {
  const { filter, sort, bounds, selected, hover, checked, layout, tall = false } = props
  const { t } = useTranslation(['accounts', 'common', 'lists', 'filters'])
  const navigate = useNavigate()
  const problemText = useProblemText()
  const mayWrite = useMay('accounts.write')
  const mayAssign = useMay('accounts.assign')
  const words = useWords()
  const choicesOf = useChoices(words)
  const save = useSaveRows()
  const { ref: sizeRef, width } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const table = useRef<HTMLTableElement>(null)
  const frame = useMergedRef(sizeRef, scroller)
  const [view, setView] = useState({ first: 0, last: 30 })
  const rows = useAccountRows(filter, sort, bounds, view.first, view.last)
  const [cells, setGrid] = useState<Grid | null>(null)
  const [editing, setEditing] = useState(false)
  const lastChecked = useRef<number | null>(null)

  const { list } = words.catalogue
  const all = useMemo(() => columnsOf(list, fieldName), [list])
  const columns = useMemo(() => {
    const shown = tall ? ['name', 'dueOn'] : layout.columns
    return shownColumns(all, { columns: shown, widths: layout.widths }, width || 640)
  }, [all, layout, width, tall])
  const tracks = tall ? '2.75rem minmax(0, 1fr) auto' : template(columns, layout.widths)
  const cellWords = useMemo(
    (): CellWords => ({
      choices: (column) => choicesOf(column.field ?? { key: column.key, type: column.type }),
      locale: words.format.locale,
      yes: words.i18n.t('filters:yes'),
      no: words.i18n.t('filters:no'),
    }),
    [choicesOf, words],
  )
  const canEdit = useCallback(
    (column: Column) => mayWrite && !tall && column.editable && (column.key !== 'ownerId' || mayAssign),
    [mayWrite, mayAssign, tall],
  )

  // Columns and rows may have gone since a cell was chosen.
  const grid = cells && within(cells, rows.count, columns.length)

  const rowHeight = tall ? tallRow : flatRow
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollPaddingStart: headHeight,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 30
  if (first !== view.first || last !== view.last) setView({ first, last })

  const { onTotal, onError } = props
  useEffect(() => onTotal?.(rows.total, rows.uncounted), [onTotal, rows.total, rows.uncounted])
  useEffect(() => onError?.(rows.error), [onError, rows.error])

  // Another filter or order: another list, seen from its beginning.
  const listKey = JSON.stringify([filter, sort])
  const listed = useRef(listKey)
  useEffect(() => {
    if (listed.current === listKey) return
    listed.current = listKey
    setGrid(null)
    setEditing(false)
    lastChecked.current = null
    scroller.current?.scrollTo({ top: 0 })
  }, [listKey])

  // A point chosen on the map comes into sight in the list, where it is loaded.
  const shownSelection = useRef(selected)
  useEffect(() => {
    if (shownSelection.current === selected) return
    shownSelection.current = selected
    if (selected === null) return
    for (let index = 0; index < rows.count; index++)
      if (rows.at(index)?.id === selected) {
        virtualizer.scrollToIndex(index, { align: 'auto' })
        setGrid((known) => (known && rows.at(known.active.row)?.id === selected ? known : at(index, 0)))
        break
      }
  }, [selected, rows, virtualizer])

  const select = (row: Row) => {
    shownSelection.current = row.id
    props.onSelect(row)
  }
  const open = (row: Row) => void navigate({ to: '/accounts/$id', params: { id: String(row.id) } })
  const put = (row: Row, column: Column, value: unknown) =>
    void save.save([{ row, change: changeOf(column, value) }])

  const startEdit = (cell: { row: number; col: number }) => {
    const column = columns[cell.col]
    const row = rows.at(cell.row)
    if (!column || !row || !canEdit(column)) return
    if (column.type === 'boolean') put(row, column, !cellOf(row, column.key))
    else setEditing(true)
  }
  const finishEdit = (step: -1 | 0 | 1) => {
    setEditing(false)
    if (step !== 0)
      setGrid(
        (g) =>
          g && move(g, { key: step > 0 ? 'ArrowRight' : 'ArrowLeft', shift: false, ctrl: false }, size()),
      )
    table.current?.focus({ preventScroll: true })
  }

  const size = () => ({
    rows: rows.count,
    cols: columns.length,
    page: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / rowHeight) - 2),
  })
  const goTo = (next: Grid) => {
    setGrid(next)
    virtualizer.scrollToIndex(next.active.row, { align: 'auto' })
    const row = rows.at(next.active.row)
    if (row) selectSoon(row)
  }
  // Held down, an arrow passes many rows; the map follows where it stops.
  const soon = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(soon.current), [])
  const selectSoon = (row: Row) => {
    clearTimeout(soon.current)
    soon.current = setTimeout(() => select(row), 150)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || editing) return
    const ctrl = event.ctrlKey || event.metaKey
    const current = grid ?? at(0, 0)
    const row = rows.at(current.active.row)
    const moved = move(current, { key: event.key, shift: event.shiftKey, ctrl }, size())
    if (moved) goTo(grid ? moved : current)
    else if (event.key === 'Enter' && row) open(row)
    else if (event.key === ' ') {
      const { top, bottom } = rangeOf(current)
      if (top === bottom) {
        if (row) props.onChecked(toggledRow(checked, row))
        lastChecked.current = top
      } else props.onChecked(checkedRange(checked, rows.at, top, bottom))
    } else if (event.key === 'F2' || (event.key.toLowerCase() === 'e' && !ctrl && !event.altKey))
      startEdit(current.active)
    else if (ctrl && event.key.toLowerCase() === 'a')
      props.onChecked(checkedRange(checked, rows.at, 0, rows.count - 1))
    else if (event.key === 'Escape' && checked.kind === 'all')
      props.onChecked({ kind: 'rows', rows: new Map() })
    else if (event.key === 'Escape' && checked.rows.size > 0)
      props.onChecked({ kind: 'rows', rows: new Map() })
    else if (event.key === 'Escape' && grid) setGrid(at(grid.active.row, grid.active.col))
    else return
    event.preventDefault()
  }

  const onCopy = (event: ClipboardEvent) => {
    if (!grid || editing || tall) return
    const { top, bottom, left, right } = rangeOf(grid)
    const cells: string[][] = []
    for (let r = top; r <= bottom; r++) {
      const row = rows.at(r)
      if (row)
        cells.push(
          columns.slice(left, right + 1).map((column) => textOf(column, cellOf(row, column.key), cellWords)),
        )
    }
    if (cells.length === 0) return
    event.clipboardData.setData('text/plain', toTsv(cells))
    event.preventDefault()
    toast(t('lists:copied', { count: cells.length * (cells[0]?.length ?? 0) }))
  }

  const onPaste = (event: ClipboardEvent) => {
    if (!grid || editing || !mayWrite || tall) return
    event.preventDefault()
    const { top, bottom, left, right } = rangeOf(grid)
    const cells = spread(
      fromTsv(event.clipboardData.getData('text/plain')),
      bottom - top + 1,
      right - left + 1,
    )
    const { edits, skipped, why } = pasteEdits(cells, top, left)
    if (edits.length > 0) void save.save(edits, t('lists:pasted', { count: edits.length }))
    if (skipped > 0) toast(t('lists:notPasted', { count: skipped, text: why }))
  }

  /** What a paste changes; cells that cannot be changed, or not to this, are counted. */
  const pasteEdits = (cells: readonly (readonly string[])[], top: number, left: number) => {
    const edits: RowEdit[] = []
    let skipped = 0
    let why = ''
    for (const [r, line] of cells.entries()) {
      const row = rows.at(top + r)
      if (!row || edits.length >= mostPasted) {
        skipped += line.length
        why ||= t('lists:edit.beyond')
        continue
      }
      let change = {}
      for (const [c, text] of line.entries()) {
        const column = columns[left + c]
        if (!column || !canEdit(column)) {
          skipped++
          why ||= t('lists:edit.fixed', { field: column?.label ?? '' })
          continue
        }
        const parsed = parseCell(column, text, cellWords)
        if ('wrong' in parsed) {
          skipped++
          why ||= t(`lists:edit.wrong.${parsed.wrong}`)
        } else if (
          textOf(column, cellOf(row, column.key), cellWords) !== textOf(column, parsed.value, cellWords)
        ) {
          const part = changeOf(column, parsed.value) as { custom?: object }
          const custom = { ...(change as { custom?: object }).custom, ...part.custom }
          change = { ...change, ...part, ...(part.custom ? { custom } : {}) }
        }
      }
      if (Object.keys(change).length > 0) edits.push({ row, change })
    }
    return { edits, skipped, why }
  }

  const handlers = useLatest<RowHandlers>({
    onPointerDown: (event: PointerEvent, index, col) => {
      const row = rows.at(index)
      if (!row || event.button !== 0) return
      if (event.shiftKey && grid) {
        event.preventDefault()
        setGrid({ ...grid, active: { row: index, col } })
      } else setGrid(at(index, col))
    },
    onClick: (index) => {
      const row = rows.at(index)
      if (row) tall ? open(row) : select(row)
    },
    onDoubleClick: (index, col) => {
      const row = rows.at(index)
      const column = columns[col]
      if (!row || !column) return
      if (canEdit(column) && column.key !== 'name') startEdit({ row: index, col })
      else open(row)
    },
    onCheck: (index, shift) => {
      const row = rows.at(index)
      if (!row) return
      if (shift && lastChecked.current !== null)
        props.onChecked(checkedRange(checked, rows.at, lastChecked.current, index))
      else props.onChecked(toggledRow(checked, row))
      lastChecked.current = index
    },
    onHover: (id) => props.onHover(id),
    onOpen: (id) => void navigate({ to: '/accounts/$id', params: { id: String(id) } }),
    onSave: (index, col, value) => {
      const row = rows.at(index)
      const column = columns[col]
      if (row && column) put(row, column, value)
    },
    onEditDone: finishEdit,
  })

  if (rows.error)
    return (
      <State title={t('list.failed')} text={problemText(rows.error)}>
        <Button onClick={rows.retry}>{t('common:action.retry')}</Button>
      </State>
    )
  if (rows.pending)
    return (
      <div className={classes.scroller} ref={frame} aria-busy>
        {Array.from({ length: 14 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and never move
          <Skeleton key={i} height={rowHeight - 18} m="9px 16px" width="auto" />
        ))}
      </div>
    )
  if (rows.count === 0) {
    const filtered = conditionsOf(filter) > 0 || bounds
    return (
      <State
        title={filtered ? t('list.noMatch') : t('list.none')}
        text={filtered ? t('list.noMatchText') : t('list.noneText')}
      >
        {filtered ? <Button onClick={props.onClearFilter}>{t('filters:clear')}</Button> : props.emptyAction}
      </State>
    )
  }

  const range = grid && rangeOf(grid)
  const drawn =
    grid !== null &&
    rows.at(grid.active.row) !== undefined &&
    items.some((item) => item.index === grid.active.row)
  return (
    <div className={classes.scroller} ref={frame} aria-busy={rows.stale} data-stale={rows.stale}>
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are moved through by keyboard is a grid
        role="grid"
        aria-label={t('title')}
        aria-rowcount={rows.total === undefined ? -1 : rows.total + 1}
        aria-multiselectable
        aria-activedescendant={drawn ? `cell-${grid.active.row}-${grid.active.col}` : undefined}
        tabIndex={0}
        className={classes.table}
        data-tall={tall}
        onKeyDown={onKeyDown}
        onCopy={onCopy}
        onPaste={onPaste}
      >
        <TableHead
          columns={columns}
          all={all}
          tracks={tracks}
          layout={layout}
          onLayout={props.onLayout}
          sort={sort}
          onSort={props.onSort}
          fixed={tall}
          loaded={rows.count}
          checked={checked}
          onCheckAll={() =>
            props.onChecked(
              checked.kind === 'all' || checked.rows.size > 0
                ? { kind: 'rows', rows: new Map() }
                : checkedRange(checked, rows.at, 0, rows.count - 1),
            )
          }
        />
        <tbody className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows.at(item.index)
            const active = grid?.active.row === item.index ? grid.active.col : -1
            const inRange = range !== null && item.index >= range.top && item.index <= range.bottom
            return (
              <TableRow
                key={item.index}
                index={item.index}
                start={item.start}
                height={item.size}
                row={row}
                columns={columns}
                tracks={tracks}
                words={words}
                cellWords={cellWords}
                tall={tall}
                hovered={row !== undefined && hover === row.id}
                selected={row !== undefined && selected === row.id}
                checked={row !== undefined && isChecked(checked, row)}
                active={active}
                editing={editing && active >= 0}
                rangeFrom={inRange ? range.left : -1}
                rangeTo={inRange ? range.right : -1}
                handlers={handlers}
              />
            )
          })}
        </tbody>
      </table>
      {rows.broken && (
        <Button className={classes.more} size="xs" variant="default" onClick={rows.retry}>
          {t('list.moreFailed')}
        </Button>
      )}
      {save.conflict && (
        <ConflictDialog conflict={save.conflict} onKeepMine={save.keepMine} onTakeTheirs={save.takeTheirs} />
      )}
    </div>
  )
}

/** The same object for as long as the component lives, whose functions are always the newest. */
function useLatest<T extends Record<string, (...args: never[]) => void>>(functions: T): T {
  const latest = useRef(functions)
  latest.current = functions
  const stable = useRef<T>(undefined)
  if (!stable.current)
    stable.current = Object.fromEntries(
      Object.keys(functions).map((name) => [name, (...args: never[]) => latest.current[name]?.(...args)]),
    ) as T
  return stable.current
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
