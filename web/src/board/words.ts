/** The codes of the API in words. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import type { BoardUnplanned } from './types'

const visitViolations = [
  'closed_that_day',
  'closed_at_arrival',
  'closes_during_visit',
  'after_working_hours',
  'unreachable',
  'other_rep',
  'other_day',
  'appointment_moved',
  'same_day_twice',
] as const
const laneViolations = ['after_working_hours', 'no_lunch', 'max_drive'] as const
const reasons = [
  'closed_that_day',
  'closed_all_shift',
  'too_far',
  'day_full',
  'unreachable',
  'not_worth',
  'interval',
  'no_shift',
  'not_improved',
  'removed_by_hand',
] as const

const known = <T extends string>(codes: readonly T[], code: string): T | 'other' =>
  codes.find((each) => each === code) ?? 'other'

/** What a stop breaks. */
export function useVisitViolation() {
  const { t } = useTranslation('board')
  return (code: string) => t(`broken.${known(visitViolations, code)}`)
}

/** What a day breaks as a whole. */
export function useLaneViolation() {
  const { t } = useTranslation('board')
  return (code: string) => t(`dayBroken.${known(laneViolations, code)}`)
}

/** Why a visit is not planned: the reason with its figures, and what it would displace. */
export function useWhy() {
  const { t } = useTranslation('board')
  const format = useFormat()
  return ({ why, detail }: Pick<BoardUnplanned, 'why' | 'detail'>) => {
    const reason = known(reasons, why)
    const words: string[] = [t(`why.${reason}`)]
    if (detail.overSeconds >= 60 && (reason === 'day_full' || reason === 'too_far'))
      words.push(t('why.over', { duration: format.duration(detail.overSeconds) }))
    if (detail.detourSeconds >= 60)
      words.push(t('why.detour', { duration: format.duration(detail.detourSeconds) }))
    if (detail.openingHours && (reason === 'closed_that_day' || reason === 'closed_all_shift'))
      words.push(t('why.hours', { hours: detail.openingHours }))
    if (detail.displacesName) words.push(t('why.displaces', { name: detail.displacesName }))
    return words.join(' ')
  }
}
