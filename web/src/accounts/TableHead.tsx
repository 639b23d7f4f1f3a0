/** The heads of the columns: a click sorts, a drag moves, the edge changes the width. */
import {
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import {
  horizontalListSortingStrategy,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
} from '@dnd-kit/sortable'
import { Checkbox } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sort } from '../app/search'
import classes from './AccountsTable.module.css'
import { anyChecked, type Checked } from './checked'
import { type Column, type Layout, moved, resized } from './columns'
import { nextSort, sortOrder } from './sorting'

type Props = {
  columns: readonly Column[]
  all: readonly Column[]
  tracks: string
  layout: Layout
  onLayout: (layout: Layout) => void
  sort: Sort | undefined
  onSort: (sort: Sort | undefined) => void
  /** Neither moved nor resized. */
  fixed: boolean
  loaded: number
  checked: Checked
  onCheckAll: () => void
}

const step = 16
/** What assistive technology hears of dragging stands outside of the table. */
const live = typeof document === 'undefined' ? null : document.body

export function TableHead(props: Props) {
  const { columns, tracks, layout, onLayout, checked } = props
  const { t } = useTranslation(['accounts', 'lists'])
  const sensors = useSensors(
    // A shorter way is a click, which sorts.
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: sortableKeyboardCoordinates,
      keyboardCodes: { start: ['KeyM'], cancel: ['Escape'], end: ['KeyM', 'Enter', 'Space', 'Tab'] },
    }),
  )
  const keys = columns.map((column) => column.key)
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over && active.id !== over.id)
      onLayout({ ...layout, columns: moved(keys, String(active.id), String(over.id)) })
  }
  return (
    <DndContext
      sensors={sensors}
      onDragEnd={onDragEnd}
      accessibility={{
        ...(live ? { container: live } : {}),
        screenReaderInstructions: { draggable: t('lists:head.drag') },
      }}
    >
      <thead className={classes.head}>
        <SortableContext
          items={keys.filter((key) => key !== 'name')}
          strategy={horizontalListSortingStrategy}
        >
          <tr aria-rowindex={1} className={classes.row} style={{ gridTemplateColumns: tracks }}>
            <th scope="col" className={classes.check}>
              <Checkbox
                size="xs"
                aria-label={t('list.checkAll', { count: props.loaded })}
                checked={checked.kind === 'all'}
                indeterminate={checked.kind === 'rows' && anyChecked(checked)}
                onChange={props.onCheckAll}
              />
            </th>
            {columns.map((column) => (
              <Head key={column.key} {...props} column={column} />
            ))}
          </tr>
        </SortableContext>
      </thead>
    </DndContext>
  )
}

function Head({ column, sort, onSort, fixed, layout, onLayout }: Props & { column: Column }) {
  const movable = !fixed && column.key !== 'name'
  const { attributes, listeners, setNodeRef, transform, isDragging } = useSortable({
    id: column.key,
    disabled: !movable,
  })
  const order = sortOrder(sort, column.sort)
  const cell = useRef<HTMLTableCellElement | null>(null)
  const label = (
    <>
      <span className={classes.label}>{column.label}</span>
      {order > 0 && <IconArrowUp size={14} aria-hidden />}
      {order < 0 && <IconArrowDown size={14} aria-hidden />}
    </>
  )
  const drag = movable
    ? { ...listeners, 'aria-describedby': attributes['aria-describedby'], 'aria-roledescription': undefined }
    : {}
  return (
    <th
      scope="col"
      ref={(element) => {
        cell.current = element
        setNodeRef(element)
      }}
      data-key={column.key}
      data-end={column.end}
      data-dragging={isDragging}
      aria-sort={order === 0 ? undefined : order > 0 ? 'ascending' : 'descending'}
      className={classes.heading}
      style={transform ? { transform: `translateX(${transform.x}px)` } : undefined}
    >
      <button
        type="button"
        className={classes.sort}
        title={column.label}
        disabled={!column.sort && !movable}
        {...drag}
        onClick={() => column.sort && onSort(nextSort(sort, column.sort))}
      >
        {label}
      </button>
      {!fixed && (
        <Resizer
          column={column}
          width={() => layout.widths[column.key] ?? cell.current?.offsetWidth ?? column.width}
          onWidth={(px) =>
            onLayout(
              px === null
                ? {
                    ...layout,
                    widths: Object.fromEntries(
                      Object.entries(layout.widths).filter(([key]) => key !== column.key),
                    ),
                  }
                : resized(layout, column.key, px),
            )
          }
        />
      )}
    </th>
  )
}

/** The edge of a head: dragged, or moved with the arrow keys; a double click lets go of the width. */
function Resizer({
  column,
  width,
  onWidth,
}: {
  column: Column
  width: () => number
  onWidth: (px: number | null) => void
}) {
  const { t } = useTranslation('lists')
  const begun = useRef<{ x: number; width: number } | null>(null)
  const down = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    begun.current = { x: event.clientX, width: width() }
  }
  const sign = () => (document.documentElement.dir === 'rtl' ? -1 : 1)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line that is moved, not a rule between texts
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={t('head.width', { name: column.label })}
      aria-valuenow={column.width}
      tabIndex={0}
      className={classes.resizer}
      onPointerDown={down}
      onPointerMove={(event) => {
        if (begun.current) onWidth(begun.current.width + sign() * (event.clientX - begun.current.x))
      }}
      onPointerUp={() => {
        begun.current = null
      }}
      onPointerCancel={() => {
        begun.current = null
      }}
      onDoubleClick={() => onWidth(null)}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'ArrowRight') onWidth(width() + step)
        else if (event.key === 'ArrowLeft') onWidth(width() - step)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    />
  )
}
