/** A detour in a colour, with its sign and its minutes: never the colour alone. */
import { IconAlertCircle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import classes from './Rating.module.css'
import type { Rating } from './types'

const icons = { green: IconCircleCheck, yellow: IconAlertCircle, red: IconCircleX }

/** Minutes with a sign: +12 min, −3 min, ±0 min. */
export function useSigned() {
  const format = useFormat()
  const sign = (value: number) => (value > 0 ? '+' : value < 0 ? '−' : '±')
  return {
    duration: (seconds: number) => {
      const minutes = Math.round(seconds / 60)
      return `${sign(minutes)}${format.duration(Math.abs(minutes) * 60)}`
    },
    distance: (metres: number) =>
      `${sign(Math.abs(metres) < 50 ? 0 : metres)}${format.distance(Math.abs(metres))}`,
    number: (value: number) => `${sign(value)}${format.number(Math.abs(value))}`,
  }
}

export function RatingMark(props: { rating: Rating; detourSeconds: number | null; compact?: boolean }) {
  const { rating, detourSeconds, compact } = props
  const { t } = useTranslation('board')
  const signed = useSigned()
  const Icon = icons[rating]
  return (
    <span className={classes.mark} data-rating={rating} data-compact={compact}>
      <Icon size={compact ? 12 : 14} stroke={2.2} role="img" aria-label={t(`rating.${rating}`)} />
      {detourSeconds === null ? t('rating.none') : signed.duration(detourSeconds)}
    </span>
  )
}
