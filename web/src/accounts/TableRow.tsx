/** A row of the list. Drawn again only when something of it changes. */
import { Skeleton } from '@mantine/core'
import { memo, type PointerEvent } from 'react'
import type { Words } from '../filters/sentence'
import classes from './AccountsTable.module.css'
import { CellEditor } from './CellEditor'
import { CellView } from './CellView'
import type { CellWords } from './cellValue'
import { type Column, cellOf, type Row } from './columns'

export type RowHandlers = {
  onPointerDown: (event: PointerEvent, row: number, col: number) => void
  onClick: (row: number) => void
  onDoubleClick: (row: number, col: number) => void
  onCheck: (row: number, shift: boolean) => void
  onHover: (id: number | null) => void
  onOpen: (id: number) => void
  onSave: (row: number, col: number, value: unknown) => void
  onEditDone: (step: -1 | 0 | 1) => void
}

type Props = {
  index: number
  start: number
  height: number
  /** Undefined: not loaded yet. */
  row: Row | undefined
  columns: readonly Column[]
  tracks: string
  words: Words
  cellWords: CellWords
  tall: boolean
  hovered: boolean
  selected: boolean
  checked: boolean
  /** The active column, -1 when it is in another row. */
  active: number
  editing: boolean
  rangeFrom: number
  rangeTo: number
  handlers: RowHandlers
}

export const TableRow = memo(function TableRow(props: Props) {
  const { index, row, columns, tracks, words, cellWords, tall, active, editing, handlers } = props
  const style = {
    gridTemplateColumns: tracks,
    height: props.height,
    transform: `translateY(${props.start}px)`,
  }
  if (!row)
    return (
      <tr aria-rowindex={index + 2} aria-busy className={classes.row} style={style}>
        <td className={classes.check} />
        <td>
          <Skeleton height={12} width="60%" />
        </td>
      </tr>
    )
  return (
    <tr
      data-account={row.id}
      data-hover={props.hovered}
      data-checked={props.checked}
      aria-rowindex={index + 2}
      aria-selected={props.selected}
      className={classes.row}
      style={style}
      onPointerEnter={() => handlers.onHover(row.id)}
      onPointerLeave={() => handlers.onHover(null)}
    >
      <td className={classes.check}>
        {/* The browser's own: there are many, and they come and go while scrolling. */}
        <input
          type="checkbox"
          tabIndex={-1}
          className={classes.box}
          aria-label={words.i18n.t('accounts:list.check', { name: row.name })}
          checked={props.checked}
          onChange={(event) =>
            handlers.onCheck(
              index,
              (event.nativeEvent as unknown as { shiftKey?: boolean }).shiftKey ?? false,
            )
          }
        />
      </td>
      {columns.map((column, col) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its cells
        <td
          key={column.key}
          id={`cell-${index}-${col}`}
          className={classes.cell}
          data-key={column.key}
          data-end={column.end}
          data-active={active === col}
          data-range={
            props.rangeFrom >= 0 &&
            props.rangeFrom <= col &&
            col <= props.rangeTo &&
            (props.rangeFrom !== props.rangeTo || active < 0)
          }
          onPointerDown={(event) => handlers.onPointerDown(event, index, col)}
          onClick={() => handlers.onClick(index)}
          onDoubleClick={() => handlers.onDoubleClick(index, col)}
        >
          {editing && active === col ? (
            <div className={classes.editor} style={{ minWidth: 136 }}>
              <CellEditor
                column={column}
                value={cellOf(row, column.key)}
                words={cellWords}
                onSave={(value) => handlers.onSave(index, col, value)}
                onDone={handlers.onEditDone}
              />
            </div>
          ) : (
            <CellView row={row} column={column} words={words} tall={tall} onOpen={handlers.onOpen} />
          )}
        </td>
      ))}
    </tr>
  )
})
