/** Days as a calendar, each with how much driving a visit would add: sign, minutes and colour. */
import { IconAlertCircle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { useNames } from './names'
import { weeksOf } from './period'
import { useSigned } from './Rating'
import classes from './SuitableDays.module.css'
import type { DayRating } from './types'

const icons = { green: IconCircleCheck, yellow: IconAlertCircle, red: IconCircleX }

/** A name is compared with the text that is seen, in which the spaces of units are plain ones. */
const plainSpaces = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

export function SuitableDays(props: {
  /** One rating a day at most. */
  days: DayRating[]
  selected?: string | null
  label: string
  onSelect: (day: DayRating) => void
}) {
  const { days, selected, label, onSelect } = props
  const { t } = useTranslation('board')
  const format = useFormat()
  const names = useNames()
  const signed = useSigned()
  const byDay = new Map(days.map((day) => [day.day, day]))
  const weeks = weeksOf(days.map((day) => day.day))
  return (
    <table className={classes.calendar} aria-label={label}>
      <thead>
        <tr>
          {(weeks[0] ?? []).map((day) => (
            <th key={day} scope="col">
              {names.weekday(day)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((day) => {
              const rated = byDay.get(day)
              if (!rated)
                return (
                  <td key={day}>
                    <span className={classes.none}>{names.dayOfMonth(day)}</span>
                  </td>
                )
              const Icon = icons[rated.rating]
              const detour =
                rated.detourSeconds === null || rated.beginsAt === null
                  ? t('rating.none')
                  : signed.duration(rated.detourSeconds)
              return (
                <td key={day}>
                  <button
                    type="button"
                    className={classes.day}
                    data-rating={rated.rating}
                    data-suitable={day}
                    aria-pressed={selected === day}
                    aria-label={plainSpaces(
                      t('days.day', {
                        day: format.longDay(day),
                        rating: t(`rating.${rated.rating}`),
                        detour,
                        visits: t('lane.visits', { count: rated.visits }),
                      }),
                    )}
                    onClick={() => onSelect(rated)}
                  >
                    <span className={classes.number} aria-hidden>
                      {names.dayOfMonth(day)}
                    </span>
                    <span className={classes.detour}>
                      <Icon size={13} stroke={2.2} aria-hidden />
                      {detour}
                    </span>
                  </button>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function SuitableDaysLegend() {
  const { t } = useTranslation('board')
  return (
    <ul className={classes.legend}>
      {(['green', 'yellow', 'red'] as const).map((rating) => {
        const Icon = icons[rating]
        return (
          <li key={rating} data-rating={rating}>
            <Icon size={14} stroke={2.2} aria-hidden />
            {t(`rating.${rating}`)}
          </li>
        )
      })}
    </ul>
  )
}
