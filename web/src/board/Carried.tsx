/** What is on its way: the card under the pointer, and the line that tells where it would go and what that would do. */
import { VisuallyHidden } from '@mantine/core'
import { IconKeyboard } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import classes from './Carried.module.css'
import { EffectText, useEffectWords } from './EffectText'
import { laneKey } from './grouping'
import { whereabouts } from './moves'
import { useNames } from './names'
import { RatingMark } from './Rating'
import type { Board, DayRating } from './types'
import type { EffectState } from './useEffectOf'
import { type Moving, useView } from './view'

/** Where it would go, in words. */
function useTargetWords(board: Board) {
  const { t } = useTranslation('board')
  const names = useNames()
  return (to: Moving['to']) =>
    to === undefined
      ? t('moving.nowhere')
      : to === null
        ? t('moving.out')
        : t('moving.to', {
            day: names.day(to.day),
            rep: board.reps.find((rep) => rep.id === to.repId)?.name ?? '',
            position: to.position,
          })
}

export function Carried(props: {
  board: Board
  effect: EffectState
  ratings: ReadonlyMap<string, DayRating> | null
}) {
  const { board, effect, ratings } = props
  const moving = useView((view) => view.moving)
  const target = useTargetWords(board)
  const found = moving ? whereabouts(board, moving.visitId) : null
  if (!moving || !found) return null
  const rating = moving.to ? ratings?.get(laneKey(moving.to)) : undefined
  return (
    <div className={classes.card} data-carried>
      <span className={classes.name}>
        <strong>{found.visit.name}</strong>
        {rating && (
          <RatingMark
            rating={rating.rating}
            detourSeconds={rating.beginsAt === null ? null : rating.detourSeconds}
          />
        )}
      </span>
      <span className={classes.target}>{target(moving.to)}</span>
      {moving.to !== undefined && <EffectText state={effect} />}
    </div>
  )
}

/** Below the lanes: keys when nothing moves, the effect while something does. */
export function MovingStatus({ board, effect }: { board: Board; effect: EffectState }) {
  const { t } = useTranslation('board')
  const moving = useView((view) => view.moving)
  const target = useTargetWords(board)
  const words = useEffectWords()
  const found = moving ? whereabouts(board, moving.visitId) : null
  const spoken =
    moving?.via === 'keyboard' && found
      ? [target(moving.to), effect.effect ? words(effect.effect) : effect.pending ? '' : t('effect.same')]
          .filter(Boolean)
          .join(': ')
      : ''
  const lifted = moving?.via === 'keyboard' && found
  return (
    <div className={classes.status} data-active={Boolean(moving)}>
      <VisuallyHidden role="status">
        {lifted ? `${t('moving.lifted', { name: found.visit.name })} ${spoken}` : ''}
      </VisuallyHidden>
      {moving && found ? (
        <>
          <strong className={classes.statusName}>{found.visit.name}</strong>
          <span>{target(moving.to)}</span>
          {moving.to !== undefined && <EffectText state={effect} />}
          {lifted && <span className={classes.hint}>{t('moving.keys')}</span>}
        </>
      ) : (
        <span className={classes.hint}>
          <IconKeyboard size={15} aria-hidden />
          {t('moving.idle')}
        </span>
      )}
    </div>
  )
}
