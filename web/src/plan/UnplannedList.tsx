/** What does not fit, each with its reason and what can be done about it. */
import { Button, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Unplanned } from '../api/types'
import classes from './PlanPage.module.css'
import { reasonOf, useReasonWords } from './words'

export function UnplannedList(props: {
  unplanned: Unplanned[]
  mayEdit: boolean
  hover: number | null
  onHover: (siteId: number | null) => void
  onInsert: (siteId: number) => void
}) {
  const { unplanned, mayEdit, hover, onHover, onInsert } = props
  const { t } = useTranslation('plan')
  const why = useReasonWords()
  const action = ({ reason, detail }: Unplanned) =>
    detail?.displacesName && reason === 'day_full'
      ? t('next.displace', { name: detail.displacesName })
      : t(`next.${reasonOf(reason)}`)
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
