/** The codes of the API in words. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import type { BoardUnplanned, BoardVisit } from './types'

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
  'other_time',
  'other_position',
  'no_skill',
  'tied',
] as const
const laneViolations = ['after_working_hours', 'no_lunch', 'max_drive', 'max_distance', 'max_visits'] as const
const reasons = [
  'closed_that_day',
  'closed_all_shift',
  'too_far',
  'day_full',
  'unreachable',
  'not_worth',
  'interval',
  'no_shift',
  'no_skill',
  'no_time',
  'position',
  'tied',
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
    if (detail.openingHours && ['closed_that_day', 'closed_all_shift', 'no_time'].includes(reason))
      words.push(t('why.hours', { hours: detail.openingHours }))
    if (detail.displacesName) words.push(t('why.displaces', { name: detail.displacesName }))
    return words.join(' ')
  }
}

/** Which stop of its day a visit is locked as. */
export const placeKey = (position: number) =>
  position === 1 ? 'asks.says.first' : position < 0 ? 'asks.says.last' : 'asks.says.nth'

/** What a visit asks for, a line each. */
export function useAsks() {
  const { t } = useTranslation('board')
  const format = useFormat()
  return ({ terms, ties }: Pick<BoardVisit, 'terms' | 'ties'>): string[] => {
    const lines: string[] = []
    if (terms) {
      const { notBefore, notAfter } = terms
      if (notBefore !== '' && notBefore === notAfter)
        lines.push(t('asks.says.at', { time: format.clock(notBefore) }))
      else if (notBefore !== '' && notAfter !== '')
        lines.push(t('asks.says.between', { from: format.clock(notBefore), to: format.clock(notAfter) }))
      else if (notBefore !== '') lines.push(t('asks.says.from', { time: format.clock(notBefore) }))
      else if (notAfter !== '') lines.push(t('asks.says.until', { time: format.clock(notAfter) }))
      if (terms.position) lines.push(t(placeKey(terms.position), { number: terms.position }))
      if (terms.skills.length > 0) lines.push(t('asks.says.skills', { skills: terms.skills.join(', ') }))
      if (terms.setUpMinutes > 0)
        lines.push(t('asks.says.setUp', { duration: format.duration(terms.setUpMinutes * 60) }))
      if (terms.priority === 'high' || terms.priority === 'low') lines.push(t(`asks.says.${terms.priority}`))
      if (terms.sameRep) lines.push(t('asks.says.sameRep'))
    }
    if (ties.length > 0) lines.push(t('asks.says.ties', { count: ties.length }))
    return lines
  }
}
