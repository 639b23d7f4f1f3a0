/**
 * The lanes: a row for each rep and day on one time axis, under a heading for each group.
 * Only what is in view is drawn. Arrow keys go from visit to visit; a lifted visit follows
 * them from place to place.
 */
import { useElementSize } from '@mantine/hooks'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Axis, axisOf, type Clock, ticksOf, widest, xOf } from './axis'
import type { LaneColour } from './colours'
import { GroupRow } from './GroupRow'
import { laneKey, type Row } from './grouping'
import { nextCell, nextPlace } from './keyboard'
import { LaneRow } from './LaneRow'
import classes from './Lanes.module.css'
import { whereabouts } from './moves'
import { useNames } from './names'
import type { Board, DayRating, Lane } from './types'
import { aimAt, useView } from './view'

const groupHeight = 38
const headHeight = 30
/** A lane is at least so high, and higher while all of them fit into view. */
const laneHeights = { least: 42, most: 60 }

export type LaneActions = {
  /** Drops what is on its way where it is. */
  drop: () => void
  lock: (visitId: number) => void
  pin: (visitId: number) => void
  exclude: (visitId: number) => void
  unplan: (visitId: number) => void
}

/**
 * The hours that are shown. They grow when a day leaves them, not while something is carried,
 * and do not shrink again, so that nothing jumps under the pointer or when a move is undone.
 */
function useSteadyAxis(lanes: Lane[], clock: Clock): Axis {
  const carried = useView((view) => view.moving !== null)
  const wanted = useMemo(() => axisOf(lanes, clock), [lanes, clock])
  const [axis, setAxis] = useState(wanted)
  const next = carried ? axis : widest(axis, wanted)
  if (next.from !== axis.from || next.to !== axis.to) setAxis(next)
  return next
}

export function Lanes(props: {
  board: Board
  rows: Row[]
  clock: Clock
  colourOf: (lane: { repId: number; day: string }) => LaneColour
  mayEdit: boolean
  stale: ReadonlySet<string>
  ratings: ReadonlyMap<string, DayRating> | null
  actions: LaneActions
}) {
  const { board, rows, clock, colourOf, mayEdit, stale, ratings, actions } = props
  const { t } = useTranslation('board')
  const zoom = useView((view) => view.zoom)
  const moving = useView((view) => view.moving)
  const axis = useSteadyAxis(board.lanes, clock)
  const { ref: sizeRef, width, height } = useElementSize()
  const scroller = useRef<HTMLElement | null>(null)
  const setScroller = useCallback(
    (element: HTMLElement | null) => {
      scroller.current = element
      sizeRef(element)
    },
    [sizeRef],
  )
  const labelWidth = width < 600 ? 104 : 184
  const trackWidth = Math.max(240, Math.round((width - labelWidth) * zoom))

  const groups = rows.filter((row) => row.kind === 'group').length
  const room = (height - headHeight - groups * groupHeight) / Math.max(1, rows.length - groups)
  const laneHeight = Math.max(laneHeights.least, Math.min(laneHeights.most, Math.floor(room)))

  // The row of what is being dragged stays, even out of view, so that it does not get lost.
  const source = moving ? whereabouts(board, moving.visitId) : null
  const sourceKey = source?.kind === 'stop' ? laneKey(source.lane) : null
  const [focusKey, setFocusKey] = useState<string | null>(null)
  const kept = useMemo(
    () => rows.flatMap((row, i) => (row.key === sourceKey || row.key === focusKey ? [i] : [])),
    [rows, sourceKey, focusKey],
  )
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => (rows[i]?.kind === 'group' ? groupHeight : laneHeight),
    getItemKey: (i) => rows[i]?.key ?? i,
    overscan: 8,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range)
      const more = kept.filter((i) => !shown.includes(i))
      return more.length > 0 ? [...shown, ...more].sort((a, b) => a - b) : shown
    },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights follow the rows
  useEffect(() => virtual.measure(), [rows, laneHeight])

  /** Focuses a cell, scrolling to its row first when it is not drawn. */
  const focusCell = (key: string, visitId: number | null) => {
    const index = rows.findIndex((row) => row.key === key)
    if (index < 0) return
    setFocusKey(key)
    virtual.scrollToIndex(index, { align: 'auto' })
    const find = () =>
      scroller.current?.querySelector<HTMLElement>(
        visitId === null ? `[data-row="${key}"] [data-head]` : `[data-visit="${visitId}"]`,
      )
    const element = find()
    if (element) element.focus()
    else requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()))
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const lifted = useView.getState().moving
    if (lifted?.via === 'keyboard') {
      carry(event)
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as HTMLElement
    const visit = target.closest<HTMLElement>('[data-visit]')
    const key = target.closest<HTMLElement>('[data-row]')?.dataset.row
    if (!key) return
    const visitId = visit ? Number(visit.dataset.visit) : null
    const arrow = nextCell(rows, key, visitId, event.key, clock)
    if (arrow) {
      event.preventDefault()
      focusCell(arrow.key, arrow.visitId)
      return
    }
    if (visitId === null || !visit) return
    const letter = event.key.toLowerCase()
    if (event.key === 'Enter' || event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault()
      const box = visit.getBoundingClientRect()
      useView.setState({ menu: { visitId, x: box.left + Math.min(24, box.width / 2), y: box.bottom } })
    } else if (!mayEdit) return
    else if (event.key === ' ') {
      event.preventDefault()
      const from = whereabouts(board, visitId)
      if (from?.kind !== 'stop') return
      const { repId, day } = from.lane
      useView.setState({
        moving: { visitId, via: 'keyboard', to: { repId, day, position: from.visit.position } },
      })
    } else if (letter === 'm') {
      event.preventDefault()
      useView.setState({ moveTo: visitId })
    } else if (letter === 'l') actions.lock(visitId)
    else if (letter === 'p') actions.pin(visitId)
    else if (letter === 'x') actions.exclude(visitId)
    else if (event.key === 'Delete' || event.key === 'Backspace') actions.unplan(visitId)
  }

  /** Arrow keys while a visit is lifted. */
  const carry = (event: KeyboardEvent) => {
    const lifted = useView.getState().moving
    if (!lifted) return
    if (event.key === 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') useView.setState({ moving: null })
    else if (event.key === ' ' || event.key === 'Enter') actions.drop()
    else {
      const to = nextPlace(rows, lifted, event.key, clock)
      if (to === undefined) return
      aimAt(to)
      if (to) {
        const index = rows.findIndex((row) => row.key === laneKey(to))
        virtual.scrollToIndex(index, { align: 'auto' })
      }
    }
  }

  const items = virtual.getVirtualItems()
  // One visit or heading can be reached by Tab; from there on the arrow keys go.
  const tabKey = focusKey && rows.some((row) => row.key === focusKey) ? focusKey : (rows[0]?.key ?? null)

  return (
    <section
      ref={setScroller}
      className={classes.scroller}
      aria-label={t('lanes.label')}
      data-lanes
      data-moving={moving ? moving.via : undefined}
      data-high={laneHeight >= 54}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const key = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row
        if (key) setFocusKey(key)
      }}
      onBlur={(event) => {
        // Who goes elsewhere with a visit lifted has let go of it.
        if (useView.getState().moving?.via === 'keyboard' && event.relatedTarget)
          useView.setState({ moving: null })
      }}
    >
      <div style={{ width: labelWidth + trackWidth, minWidth: '100%' }}>
        <Head axis={axis} width={trackWidth} labelWidth={labelWidth} />
        <div className={classes.rows} style={{ height: virtual.getTotalSize() }}>
          {width > 0 &&
            items.map((item) => {
              const row = rows[item.index]
              if (!row) return null
              const place = { top: item.start - headHeight, height: item.size }
              return row.kind === 'group' ? (
                <GroupRow key={row.key} row={row} board={board} {...place} tabbable={row.key === tabKey} />
              ) : (
                <LaneRow
                  key={row.key}
                  lane={row.lane}
                  board={board}
                  {...place}
                  axis={axis}
                  clock={clock}
                  labelWidth={labelWidth}
                  width={trackWidth}
                  colour={colourOf(row.lane)}
                  mayEdit={mayEdit}
                  stale={stale.has(row.key)}
                  rating={ratings?.get(row.key) ?? null}
                  tabbable={row.key === tabKey}
                  to={moving?.to && laneKey(moving.to) === row.key ? moving.to.position : null}
                  movingId={moving?.visitId ?? null}
                />
              )
            })}
        </div>
      </div>
    </section>
  )
}

function Head({ axis, width, labelWidth }: { axis: Axis; width: number; labelWidth: number }) {
  const names = useNames()
  const ticks = ticksOf(axis, width)
  return (
    <div className={classes.head} style={{ height: headHeight }} aria-hidden>
      <span className={classes.corner} style={{ width: labelWidth }} />
      <span className={classes.ticks} style={{ width }}>
        {ticks.map((minutes) => {
          const x = xOf(minutes, axis, width)
          return (
            <span
              key={minutes}
              className={classes.tick}
              data-edge={x < 20 ? 'start' : x > width - 20 ? 'end' : undefined}
              style={{ left: x }}
            >
              {names.hour(minutes)}
            </span>
          )
        })}
      </span>
    </div>
  )
}
