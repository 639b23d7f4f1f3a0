/** Plans of several days or reps, as a list, with the way to a new one. */
import { Badge, Button, Group, Text, Title } from '@mantine/core'
import { IconCalendarPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanSummary } from '../api/types'
import { LinkButton } from '../app/links'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { isOpen } from '../plan/queries'
import { useNames } from './names'
import classes from './PeriodPlans.module.css'
import { periodPlansQuery } from './queries'

const first = 6

export function PeriodPlans({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(periodPlansQuery())
  const [all, setAll] = useState(false)
  // Reps whose managers plan no periods need not hear of them.
  if (!mayWrite && !data?.length) return null
  const shown = all ? data : data?.slice(0, first)
  return (
    <section className={classes.plans} aria-labelledby="period-plans">
      <Group justify="space-between" gap="xs">
        <Title order={2} id="period-plans">
          {t('list.title')}
        </Title>
        {mayWrite && (
          <LinkButton
            to="/plans/new"
            size="compact-sm"
            variant="light"
            leftSection={<IconCalendarPlus size={16} aria-hidden />}
          >
            {t('list.new')}
          </LinkButton>
        )}
      </Group>
      {error && !data && (
        <Group role="alert" mt="xs">
          <Text size="sm">{problemText(error)}</Text>
          <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </Group>
      )}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('list.none')}
        </Text>
      )}
      <ul className={classes.list}>
        {(shown ?? []).map((plan) => (
          <li key={plan.id}>
            <PeriodLine plan={plan} />
          </li>
        ))}
      </ul>
      {!all && (data?.length ?? 0) > first && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('new.showMore', { count: (data?.length ?? 0) - first })}
        </Button>
      )}
    </section>
  )
}

function PeriodLine({ plan }: { plan: PlanSummary }) {
  const { t } = useTranslation('board')
  const { t: day } = useTranslation('plan')
  const format = useFormat()
  const names = useNames()
  return (
    <Link to="/plans/$id" params={{ id: String(plan.id) }} className={classes.plan}>
      <span className={classes.name}>
        <strong>{plan.name}</strong>
        <span className={classes.detail}>
          {names.range(plan.fromDay, plan.toDay)} · {t('list.reps', { count: plan.repIds?.length ?? 0 })}
        </span>
      </span>
      <span className={classes.figures}>
        {plan.state === 'done' ? (
          <>
            <Badge variant={plan.published ? 'light' : 'default'} size="sm" className={classes.badge ?? ''}>
              {t(plan.published ? 'state.published' : 'state.draft')}
            </Badge>
            <span className={classes.detail}>
              {t('lane.visits', { count: plan.stops })}
              {plan.unplanned > 0 && ` · ${t('list.unplanned', { count: plan.unplanned })}`}
            </span>
          </>
        ) : (
          <>
            <Badge variant="default" size="sm" className={classes.badge ?? ''}>
              {day(`state.${plan.state}`)}
            </Badge>
            {isOpen(plan.state) && (
              <span className={classes.detail}>{format.number(Math.round(plan.progress * 100))} %</span>
            )}
          </>
        )}
      </span>
    </Link>
  )
}
