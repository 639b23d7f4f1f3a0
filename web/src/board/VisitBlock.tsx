/** A visit on the time axis: a button that opens its menu, is dragged, and is lifted by the space bar. */
import { useDraggable } from '@dnd-kit/core'
import { IconAlertTriangle, IconLock, IconPin } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import classes from './Lanes.module.css'
import { useNames } from './names'
import type { BoardStop } from './types'
import { useView } from './view'
import { placeKey, useVisitViolation } from './words'

export const VisitBlock = memo(function VisitBlock(props: {
  stop: BoardStop
  span: { left: number; width: number }
  mayEdit: boolean
  tabbable: boolean
}) {
  const { stop, span, mayEdit, tabbable } = props
  const { t } = useTranslation('board')
  const format = useFormat()
  const names = useNames()
  const violation = useVisitViolation()
  const lit = useView((view) => view.hoverVisit === stop.visitId)
  const moving = useView((view) => view.moving?.visitId === stop.visitId)
  const { setNodeRef, listeners } = useDraggable({ id: stop.visitId, disabled: !mayEdit })
  const width = Math.max(5, span.width - 1)
  const position = stop.terms?.position ?? 0
  const marks = [
    ...(stop.locked ? [t('visit.locked')] : []),
    ...(stop.pinned ? [t('visit.pinned')] : []),
    ...(position ? [t(placeKey(position), { number: position })] : []),
    ...(stop.violation ? [violation(stop.violation)] : []),
  ]
  const label = [
    t('visit.label', {
      name: stop.name,
      class: stop.class,
      from: format.time(stop.beginsAt),
      to: format.time(stop.leavesAt),
      position: stop.position,
    }),
    ...marks,
  ].join(', ')
  return (
    <li style={{ left: span.left, width }} className={classes.visitItem}>
      <button
        ref={setNodeRef}
        type="button"
        className={classes.visit}
        data-visit={stop.visitId}
        data-class={stop.class}
        data-lit={lit}
        data-moving={moving}
        data-broken={stop.violation !== ''}
        data-fixed={stop.locked || stop.pinned || position !== 0}
        data-size={width >= 46 ? 'l' : width >= 17 ? 'm' : 's'}
        tabIndex={tabbable ? 0 : -1}
        aria-label={label}
        aria-haspopup="dialog"
        {...listeners}
        onPointerEnter={() => useView.setState({ hoverVisit: stop.visitId })}
        onPointerLeave={() => useView.setState({ hoverVisit: null })}
        onFocus={() => useView.setState({ hoverVisit: stop.visitId })}
        onBlur={() => useView.setState({ hoverVisit: null })}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          useView.setState({
            menu: { visitId: stop.visitId, x: event.clientX || box.left + 12, y: box.bottom },
          })
        }}
        onContextMenu={(event) => {
          event.preventDefault()
          useView.setState({
            menu: {
              visitId: stop.visitId,
              x: event.clientX,
              y: event.currentTarget.getBoundingClientRect().bottom,
            },
          })
        }}
      >
        {/* Class and time are drawn by the style: the name that is heard says them in words. */}
        <span className={classes.classLetter} data-text={stop.class} />
        <span className={classes.visitName} data-time={names.time(stop.beginsAt)}>
          {stop.name}
        </span>
        {stop.violation && <IconAlertTriangle size={13} aria-hidden className={classes.mark} />}
        {stop.locked && <IconLock size={12} stroke={2.4} aria-hidden className={classes.mark} />}
        {position !== 0 && !stop.locked && (
          <IconLock size={12} stroke={2.4} aria-hidden className={classes.mark} />
        )}
        {stop.pinned && <IconPin size={12} stroke={2.4} aria-hidden className={classes.mark} />}
      </button>
    </li>
  )
})
