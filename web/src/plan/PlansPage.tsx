/** Plans: one's own next day first, then a new one, and those of the days around today. */
import { Badge, Button, Group, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe } from '../api/queries'
import type { PlanSummary } from '../api/types'
import { useProblemText } from '../app/problemText'
import type { PlansSearch } from '../app/search'
import { PeriodPlans } from '../board/PeriodPlans'
import { useFormat } from '../i18n/format'
import { addDays, nextWorkday } from './day'
import { NewPlan } from './NewPlan'
import { Panel } from './Panel'
import classes from './PlansPage.module.css'
import { plansQuery, sitesQuery } from './queries'
import { RouteMap } from './RouteMap'

export function PlansPage() {
  const { t } = useTranslation('plan')
  const search = useSearch({ from: '/signed-in/plans' })
  const navigate = useNavigate()
  const format = useFormat()
  const mayWrite = useMay('plans.write')
  const today = format.today()
  const day = search.day ?? nextWorkday(today)
  const [hover, setHover] = useState<number | null>(null)
  const siteIds = search.siteIds ?? []
  const { data: rows = [] } = useQuery(sitesQuery(siteIds))
  const candidates = useMemo(
    () =>
      rows.flatMap((row) =>
        row.site ? [{ siteId: row.site.id, name: row.name, point: row.site.point }] : [],
      ),
    [rows],
  )
  const onSearch = (part: Partial<PlansSearch>) =>
    void navigate({
      to: '/plans',
      search: (known) => {
        const next = { ...known, ...part }
        return { ...next, siteIds: next.siteIds?.length ? next.siteIds : undefined }
      },
      replace: true,
      resetScroll: false,
    })
  const { id: me } = useMe().user
  const from = addDays(today, -7)
  const next = nextOf(useQuery(plansQuery(search.repId, from)).data ?? [], me, today)
  return (
    <Panel
      label={t('plan.panel')}
      map={
        <RouteMap route={null} unplanned={candidates} hover={hover} onHover={setHover} onPick={() => {}} />
      }
    >
      {next && (
        <nav className={classes.next} aria-label={t('plans.next')}>
          <Text size="sm" fw={600}>
            {t('plans.next')}
          </Text>
          <PlanLine plan={next} />
        </nav>
      )}
      {mayWrite ? (
        <NewPlan search={search} day={day} onSearch={onSearch} />
      ) : (
        <Title order={1} p="md">
          {t('plans.title')}
        </Title>
      )}
      <PeriodPlans mayWrite={mayWrite} />
      <Plans repId={search.repId} from={from} next={next} />
    </Panel>
  )
}

/** The first day from today on for which a person has a plan, the published one if there are several. */
function nextOf(plans: PlanSummary[], person: number, today: string): PlanSummary | undefined {
  return plans
    .filter((plan) => plan.repId === person && plan.day >= today && plan.state === 'done')
    .sort((a, b) => a.day.localeCompare(b.day) || Number(b.published) - Number(a.published))[0]
}

/** The plans of a rep, or of all, without the one that stands above. */
function Plans({
  repId,
  from,
  next,
}: {
  repId: number | undefined
  from: string
  next: PlanSummary | undefined
}) {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(plansQuery(repId, from))
  return (
    <section className={classes.plans} aria-labelledby="plans-title">
      <Title order={2} id="plans-title">
        {t('plans.list')}
      </Title>
      {error && !data && (
        <Group role="alert">
          <Text size="sm">{problemText(error)}</Text>
          <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </Group>
      )}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('plans.none')}
        </Text>
      )}
      <ul className={classes.list}>
        {(data ?? [])
          .filter((plan) => plan.id !== next?.id)
          .map((plan) => (
            <li key={plan.id}>
              <PlanLine plan={plan} />
            </li>
          ))}
      </ul>
    </section>
  )
}

function PlanLine({ plan }: { plan: PlanSummary }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  return (
    <Link to="/plans/$id" params={{ id: String(plan.id) }} className={classes.plan}>
      <span>
        <strong>{format.longDay(plan.day)}</strong>
        <span className={classes.detail}>{plan.repName}</span>
      </span>
      {plan.state === 'done' ? (
        <span className={classes.figures}>
          <span>
            {plan.published && (
              <Badge variant="light" size="sm" mr={8} tt="none">
                {t('plans.published')}
              </Badge>
            )}
            {t('plans.stops', { count: plan.stops })}
          </span>
          <span className={classes.detail}>
            {format.duration(plan.driveSeconds)} · {format.distance(plan.driveMetres)}
          </span>
        </span>
      ) : (
        <Badge variant="default">{t(`state.${plan.state}`)}</Badge>
      )}
    </Link>
  )
}
