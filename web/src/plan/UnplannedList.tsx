/** What does not fit, each with its reason and what can be done about it. */
import { Button, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Unplanned } from '../api/types'
import { useFormat } from '../i18n/format'
import classes from './PlanPage.module.css'

const reasons = [
  'closed_that_day',
  'closed_all_shift',
  'too_far',
  'day_full',
  'unreachable',
  'not_worth',
  'removed_by_hand',
] as const
type Reason = (typeof reasons)[number]
const isReason = (reason: string): reason is Reason => reasons.some((known) => known === reason)

export function UnplannedList(props: {
  unplanned: Unplanned[]
  mayEdit: boolean
  hover: number | null
  onHover: (siteId: number | null) => void
  onInsert: (siteId: number) => void
}) {
  const { unplanned, mayEdit, hover, onHover, onInsert } = props
  const { t } = useTranslation('plan')
  const format = useFormat()
  const why = ({ reason, detail }: Unplanned) => {
    const known = isReason(reason) ? reason : 'other'
    const words = [t(`reason.${known}`)]
    if (detail?.overSeconds >= 60 && (known === 'day_full' || known === 'too_far'))
      words.push(t('reason.over', { duration: format.duration(detail.overSeconds) }))
    if (detail?.detourSeconds >= 60)
      words.push(t('reason.detour', { duration: format.duration(detail.detourSeconds) }))
    if (detail?.openingHours) words.push(t('reason.hours', { hours: detail.openingHours }))
    return words.join(' ')
  }
  const action = ({ reason, detail }: Unplanned) =>
    detail?.displacesName && reason === 'day_full'
      ? t('next.displace', { name: detail.displacesName })
      : t(`next.${isReason(reason) ? reason : 'other'}`)
  return (
    <section aria-labelledby="unplanned-title">
      <Title order={2} id="unplanned-title" className={classes.sectionTitle}>
        {t('unplanned.title', { count: unplanned.length })}
      </Title>
      <ul className={classes.unplanned}>
        {unplanned.map((visit) => (
          <li
            key={visit.siteId}
            data-lit={hover === visit.siteId}
            onPointerEnter={() => onHover(visit.siteId)}
            onPointerLeave={() => onHover(null)}
          >
            <div>
              <Link
                to="/accounts/$id"
                params={{ id: String(visit.accountId) }}
                className={classes.unplannedName}
              >
                {visit.name}
              </Link>
              <p>{why(visit)}</p>
              <p className={classes.next}>{action(visit)}</p>
            </div>
            {mayEdit && visit.reason !== 'unreachable' && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconPlus size={14} aria-hidden />}
                aria-label={t('unplanned.insertNamed', { name: visit.name })}
                onClick={() => onInsert(visit.siteId)}
              >
                {t('unplanned.insert')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
