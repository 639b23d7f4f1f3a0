/** One rep's day, to scale. */
import { IconAlertTriangle, IconToolsKitchen2, IconUserEdit } from '@tabler/icons-react'
import { type CSSProperties, memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { type Axis, blocksOf, type Clock, minutesOf, placeMinutes, spanOf, ticksOf, xOf } from './axis'
import type { LaneColour } from './colours'
import { laneKey } from './grouping'
import classes from './Lanes.module.css'
import { useNames } from './names'
import { RatingMark } from './Rating'
import type { Board, DayRating, Lane } from './types'
import { VisitBlock } from './VisitBlock'
import { toggleSelected, useView } from './view'
import { useLaneViolation } from './words'

export const LaneRow = memo(function LaneRow(props: {
  lane: Lane
  board: Board
  top: number
  height: number
  axis: Axis
  clock: Clock
  labelWidth: number
  width: number
  colour: LaneColour
  mayEdit: boolean
  /** Times are those of before. */
  stale: boolean
  /** How well the visit on its way suits this day. */
  rating: DayRating | null
  tabbable: boolean
  /** The place among the stops at which what is on its way would stand. */
  to: number | null
  movingId: number | null
}) {
  const { lane, top, height, axis, clock, labelWidth, width, colour, stale, rating, to, movingId } = props
  const key = laneKey(lane)
  const selected = useView((view) => view.selected.includes(key))
  const blocks = useMemo(() => blocksOf(lane, clock), [lane, clock])
  const shift = spanOf({ from: minutesOf(lane.workStart), to: minutesOf(lane.workEnd) }, axis, width)
  const placeX = to === null ? null : xOf(placeMinutes(to, lane, clock, movingId ?? undefined), axis, width)
  return (
    <div
      className={classes.lane}
      style={
        {
          transform: `translateY(${top}px)`,
          height,
          '--lane': colour.line,
          '--lane-text': colour.text,
        } as CSSProperties
      }
      data-row={key}
      data-lane={key}
      data-selected={selected}
      data-off={!lane.works}
      data-rating={rating?.rating}
      data-target={to !== null}
      onPointerEnter={() => useView.setState({ hoverLane: key })}
      onPointerLeave={() => useView.setState({ hoverLane: null })}
    >
      <LaneLabel {...props} selected={selected} laneKey={key} labelWidth={labelWidth} />
      <div className={classes.track} style={{ width }} data-track data-stale={stale}>
        {lane.works && <span className={classes.shift} style={shift} />}
        {ticksOf(axis, width).map((minutes) => (
          <span key={minutes} className={classes.line} style={{ left: xOf(minutes, axis, width) }} />
        ))}
        {blocks.map((block) =>
          block.kind === 'visit' ? null : (
            <PlainBlock key={block.key} block={block} span={spanOf(block, axis, width)} />
          ),
        )}
        <ol className={classes.visits}>
          {blocks.map((block) =>
            block.kind === 'visit' ? (
              <VisitBlock
                key={block.key}
                stop={block.stop}
                span={spanOf(block, axis, width)}
                mayEdit={props.mayEdit}
                tabbable={false}
              />
            ) : null,
          )}
        </ol>
        {placeX !== null && <span className={classes.place} style={{ left: placeX }} aria-hidden />}
      </div>
    </div>
  )
})

function LaneLabel(props: {
  lane: Lane
  board: Board
  rating: DayRating | null
  tabbable: boolean
  selected: boolean
  laneKey: string
  labelWidth: number
  stale: boolean
}) {
  const { lane, board, rating, tabbable, selected, labelWidth, stale } = props
  const { t } = useTranslation('board')
  const { t: plan } = useTranslation('plan')
  const format = useFormat()
  const names = useNames()
  const violation = useLaneViolation()
  const groupBy = useView((view) => view.groupBy)
  const rep = board.reps.find((rep) => rep.id === lane.repId)
  const repName = rep?.name ?? ''
  const narrow = labelWidth < 150
  const name =
    groupBy === 'day'
      ? repName
      : narrow
        ? `${names.weekday(lane.day)} ${names.dayOfMonth(lane.day)}`
        : names.day(lane.day)
  const broken = lane.violations.map(violation).join(' ')
  return (
    <button
      type="button"
      className={classes.label}
      style={{ width: labelWidth }}
      data-head
      tabIndex={tabbable ? 0 : -1}
      aria-pressed={selected}
      title={[
        groupBy === 'rep' ? format.longDay(lane.day) : repName,
        rep && rep.profile !== 'car' ? plan(`way.${rep.profile}`) : '',
        broken,
        lane.changedByRep ? t('lane.changedByRep') : '',
      ]
        .filter(Boolean)
        .join('. ')}
      onClick={() => toggleSelected([props.laneKey])}
    >
      <span className={classes.colour} aria-hidden />
      <span className={classes.labelText}>
        <span className={classes.laneName}>
          {name}
          {lane.violations.length > 0 && !stale && (
            <IconAlertTriangle size={13} role="img" aria-label={broken} className={classes.warn} />
          )}
          {lane.changedByRep && (
            <IconUserEdit
              size={13}
              role="img"
              aria-label={t('lane.changedByRep')}
              className={classes.quiet}
            />
          )}
        </span>
        {rating ? (
          <RatingMark
            rating={rating.rating}
            detourSeconds={rating.beginsAt === null ? null : rating.detourSeconds}
            compact
          />
        ) : (
          <span className={classes.laneFigures}>
            {lane.stops.length === 0
              ? t(lane.works ? 'lane.free' : 'lane.off')
              : narrow
                ? t('lane.visits', { count: lane.stops.length })
                : t('lane.figures', {
                    count: lane.stops.length,
                    duration: format.duration(lane.driveSeconds),
                  })}
          </span>
        )}
      </span>
    </button>
  )
}

type Plain = Exclude<ReturnType<typeof blocksOf>[number], { kind: 'visit' }>

function PlainBlock({ block, span }: { block: Plain; span: { left: number; width: number } }) {
  const { t } = useTranslation('board')
  const format = useFormat()
  const length = format.duration((block.to - block.from) * 60)
  const title =
    block.kind === 'drive'
      ? t(block.estimated ? 'block.driveEstimated' : 'block.drive', {
          duration: length,
          distance: format.distance(block.metres),
        })
      : t(`block.${block.kind}`, { duration: length })
  return (
    <span
      className={classes.block}
      data-kind={block.kind}
      data-estimated={block.kind === 'drive' && block.estimated}
      style={span}
      title={title}
    >
      {block.kind === 'lunch' && span.width >= 18 && <IconToolsKitchen2 size={14} aria-hidden />}
    </span>
  )
}
