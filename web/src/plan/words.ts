/** The codes of a day's plan in words. */
import { useTranslation } from 'react-i18next'
import type { Unplanned } from '../api/types'
import { useFormat } from '../i18n/format'

const reasons = [
  'closed_that_day',
  'closed_all_shift',
  'too_far',
  'day_full',
  'unreachable',
  'not_worth',
  'no_skill',
  'no_time',
  'position',
  'removed_by_hand',
  'cancelled',
] as const

export const reasonOf = (reason: string) => reasons.find((known) => known === reason) ?? 'other'

/** Why a visit is not in the day, with its figures. */
export function useReasonWords() {
  const { t } = useTranslation('plan')
  const format = useFormat()
  return ({ reason, detail }: Pick<Unplanned, 'reason' | 'detail'>) => {
    const known = reasonOf(reason)
    const words: string[] = [t(`reason.${known}`)]
    if (known === 'cancelled' || known === 'removed_by_hand') return words.join(' ')
    if (detail?.overSeconds >= 60 && (known === 'day_full' || known === 'too_far'))
      words.push(t('reason.over', { duration: format.duration(detail.overSeconds) }))
    if (detail?.detourSeconds >= 60)
      words.push(t('reason.detour', { duration: format.duration(detail.detourSeconds) }))
    if (detail?.openingHours) words.push(t('reason.hours', { hours: detail.openingHours }))
    return words.join(' ')
  }
}

const violations = [
  'closed_that_day',
  'closed_at_arrival',
  'closes_during_visit',
  'after_working_hours',
  'other_time',
  'other_position',
  'no_skill',
  'unreachable',
] as const
const dayViolations = {
  no_lunch: 'noLunch',
  after_working_hours: 'dayTooLong',
  max_drive: 'maxDrive',
  max_distance: 'maxDistance',
  max_visits: 'maxVisits',
} as const

/** What a stop breaks. */
export const violationKey = (violation: string) =>
  `violation.${violations.find((known) => known === violation) ?? 'other'}` as const

/** What a day breaks as a whole. */
export const dayViolationKey = (violation: string) =>
  `violation.${dayViolations[violation as keyof typeof dayViolations] ?? 'other'}` as const
