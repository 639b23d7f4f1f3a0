/** The heading of a rep or a day: its sums, opened and closed. */
import { IconAlertTriangle, IconChevronRight, IconRoute } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { profileIcons } from '../plan/ways'
import { groupTotals, laneKey, type Row } from './grouping'
import classes from './Lanes.module.css'
import type { Board } from './types'
import { toggleClosed, toggleSelected, useView } from './view'

export const GroupRow = memo(function GroupRow(props: {
  row: Extract<Row, { kind: 'group' }>
  board: Board
  top: number
  height: number
  tabbable: boolean
}) {
  const { row, board, top, height, tabbable } = props
  const { t } = useTranslation('board')
  const { t: plan } = useTranslation('plan')
  const format = useFormat()
  const keys = row.lanes.map(laneKey)
  const shown = useView(
    ({ selected }) => selected.length === keys.length && keys.every((key) => selected.includes(key)),
  )
  const rep = board.reps.find((rep) => String(rep.id) === row.group)
  const name = rep?.name ?? format.longDay(row.group)
  const Icon = rep && rep.profile !== 'car' ? profileIcons[rep.profile] : null
  const totals = groupTotals(row.lanes)
  return (
    <div className={classes.group} style={{ transform: `translateY(${top}px)`, height }} data-row={row.key}>
      <div className={classes.groupInner}>
        <button
          type="button"
          className={classes.groupName}
          data-head
          tabIndex={tabbable ? 0 : -1}
          aria-expanded={row.open}
          onClick={() => toggleClosed(row.key)}
        >
          <IconChevronRight size={16} aria-hidden data-open={row.open} className={classes.chevron} />
          <strong>{name}</strong>
          {Icon && rep && (
            <Icon size={16} role="img" aria-label={plan(`way.${rep.profile}`)} style={{ flex: 'none' }} />
          )}
        </button>
        <span className={classes.groupFigures}>
          <span>{t('lane.visits', { count: totals.visits })}</span>
          <span>{t('lane.driving', { duration: format.duration(totals.driveSeconds) })}</span>
          <span className={classes.deskOnly}>{format.distance(totals.driveMetres)}</span>
          {totals.overtimeSeconds >= 60 && (
            <span data-warn>{t('lane.overtime', { duration: format.duration(totals.overtimeSeconds) })}</span>
          )}
          {totals.violations > 0 && (
            <span data-warn>
              <IconAlertTriangle size={13} aria-hidden />
              {t('lane.violations', { count: totals.violations })}
            </span>
          )}
        </span>
        <button
          type="button"
          className={classes.showRoutes}
          tabIndex={tabbable ? 0 : -1}
          aria-pressed={shown}
          aria-label={t('lane.showAll', { name })}
          title={t('lane.showAll', { name })}
          onClick={() => toggleSelected(keys)}
        >
          <IconRoute size={16} aria-hidden />
        </button>
      </div>
    </div>
  )
})
