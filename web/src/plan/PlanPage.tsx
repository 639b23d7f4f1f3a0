/** One plan: how far it is, then the day in its order, which can be changed by hand. */
import { ActionIcon, Alert, Anchor, Button, Group, Menu, Progress, Text, Title, Tooltip } from '@mantine/core'
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCurrentLocation,
  IconDots,
  IconSparkles,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe } from '../api/queries'
import type { Plan } from '../api/types'
import { PageLoading } from '../app/Fallbacks'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { legKey, legOf } from './legs'
import { inserted } from './order'
import { Panel } from './Panel'
import classes from './PlanPage.module.css'
import { adoptPlan, cancelPlan, deletePlan, isOpen, planQuery } from './queries'
import { RouteMap } from './RouteMap'
import { undoRepair } from './repair'
import { StopList } from './StopList'
import { UnplannedList } from './UnplannedList'
import { usePlanEdits } from './usePlanEdits'
import { WayText } from './WayFields'
import { dayViolationKey } from './words'

const RepairDialog = lazy(() => import('./RepairDialog').then((m) => ({ default: m.RepairDialog })))

export function PlanPage() {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const params = useParams({ from: '/signed-in/plans/$id' })
  const id = Number(params.id)
  const problemText = useProblemText()
  const { data: plan, error, refetch } = useQuery(planQuery(id))
  const [hover, setHover] = useState<number | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const leg = legOf(plan?.route ?? null, open)

  if (!plan && error)
    return (
      <div className={classes.message} role="alert">
        <Title order={1}>{t('plan.notLoaded')}</Title>
        <Text c="dimmed">{problemText(error)}</Text>
        <Group>
          <Button onClick={() => void refetch()}>{common('action.retry')}</Button>
          <Button variant="default" component={Link} to="/plans">
            {t('plan.all')}
          </Button>
        </Group>
      </div>
    )
  if (!plan) return <PageLoading />
  return (
    <Panel
      label={t('plan.panel')}
      map={
        <RouteMap
          route={plan.route}
          unplanned={plan.unplanned ?? []}
          hover={hover}
          leg={leg}
          onHover={setHover}
          onPick={(siteId) =>
            document
              .querySelector(`[data-site="${siteId}"]`)
              ?.scrollIntoView({ block: 'center', behavior: 'smooth' })
          }
        />
      }
    >
      <PlanBody
        plan={plan}
        hover={hover}
        setHover={setHover}
        leg={leg}
        onLeg={(to) => setOpen(to < 0 || !plan.route ? null : legKey(plan.route, to))}
      />
    </Panel>
  )
}

function PlanBody(props: {
  plan: Plan
  hover: number | null
  setHover: (siteId: number | null) => void
  leg: number
  onLeg: (leg: number) => void
}) {
  const { plan, hover, setHover, leg, onLeg } = props
  const { t } = useTranslation('plan')
  const format = useFormat()
  const me = useMe()
  const mayTeam = useMay('plans.team')
  const mayOwn = useMay('plans.write')
  const mayEdit = (plan.repId === me.user.id ? mayOwn : mayTeam) && plan.state === 'done'
  const edits = usePlanEdits(plan.id)
  const { route } = plan
  const [repairing, setRepairing] = useState(false)
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const takeBack = useMutation({
    mutationFn: () => undoRepair(plan.id, plan.version),
    onSuccess: (before) => {
      adoptPlan(queryClient, before)
      toast(t('repair.undone'))
    },
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey: planQuery(plan.id).queryKey })
      toastError(problemText(error))
    },
  })
  const again = {
    siteIds: plan.request.visits.map((visit) => visit.siteId),
    day: plan.day,
    ...(plan.repId === me.user.id ? {} : { repId: plan.repId }),
  }

  useEffect(() => {
    if (!mayEdit) return
    const keys = (event: KeyboardEvent) => {
      const element = event.target as HTMLElement
      if (!(event.ctrlKey || event.metaKey) || /^(input|textarea|select)$/i.test(element.tagName)) return
      const redo = event.key.toLowerCase() === 'y' || (event.key.toLowerCase() === 'z' && event.shiftKey)
      const step = redo ? edits.redo : event.key.toLowerCase() === 'z' ? edits.undo : null
      if (!step) return
      event.preventDefault()
      step()
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [mayEdit, edits.redo, edits.undo])

  return (
    <>
      <header className={classes.head}>
        <div className={classes.headLine}>
          <div>
            <Title order={1}>{format.longDay(plan.day)}</Title>
            <Text size="sm" c="dimmed">
              {plan.repName}
              {' · '}
              <Anchor component={Link} to="/plans" inherit underline="always">
                {t('plan.all')}
              </Anchor>
            </Text>
            <WayText profile={plan.request.profile} byHour={plan.request.byHour} />
          </div>
          <PlanMenu plan={plan} mayEdit={plan.repId === me.user.id ? mayOwn : mayTeam} />
        </div>
        {route && plan.state === 'done' && <Totals plan={plan} stale={edits.pending} />}
        {mayEdit && route && (
          <Group gap="xs" mt="xs">
            {route.stops.length > 0 && (
              <Button
                size="compact-md"
                variant="light"
                leftSection={<IconCurrentLocation size={16} aria-hidden />}
                disabled={edits.pending}
                onClick={() => setRepairing(true)}
              >
                {t('repair.open')}
              </Button>
            )}
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconSparkles size={16} aria-hidden />}
              loading={edits.optimising}
              onClick={edits.optimise}
            >
              {t('edit.optimise')}
            </Button>
            <Tooltip label={t('edit.undo')}>
              <ActionIcon
                size={34}
                variant="default"
                aria-label={t('edit.undo')}
                disabled={!edits.undo}
                onClick={() => edits.undo?.()}
              >
                <IconArrowBackUp size={18} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('edit.redo')}>
              <ActionIcon
                size={34}
                variant="default"
                aria-label={t('edit.redo')}
                disabled={!edits.redo}
                onClick={() => edits.redo?.()}
              >
                <IconArrowForwardUp size={18} />
              </ActionIcon>
            </Tooltip>
            <Text size="sm" c="dimmed" role="status">
              {edits.pending ? t('edit.pending') : ''}
            </Text>
          </Group>
        )}
        {plan.canUndoRepair && (
          <div className={classes.repaired} role="status">
            <span>
              {plan.request.now
                ? t('repair.repaired', { time: format.time(plan.request.now) })
                : t('repair.repairedSome')}
            </span>
            {mayEdit && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconArrowBackUp size={14} aria-hidden />}
                loading={takeBack.isPending}
                onClick={() => takeBack.mutate()}
              >
                {t('repair.undo')}
              </Button>
            )}
          </div>
        )}
      </header>
      {repairing && (
        <Suspense>
          <RepairDialog plan={plan} onClose={() => setRepairing(false)} />
        </Suspense>
      )}

      {isOpen(plan.state) && <Making plan={plan} />}
      {plan.state === 'failed' && (
        <Alert
          color="red"
          variant="outline"
          m="md"
          icon={<IconAlertTriangle />}
          title={t('failed.title')}
          role="alert"
        >
          <Text size="sm">{plan.error || t('failed.unknown')}</Text>
          <Button renderRoot={(props) => <Link to="/plans" search={again} {...props} />} mt="sm" size="sm">
            {t('failed.again')}
          </Button>
        </Alert>
      )}
      {plan.state === 'cancelled' && (
        <div className={classes.message}>
          <Text>{t('cancelled.text')}</Text>
          <Button renderRoot={(props) => <Link to="/plans" search={again} {...props} />}>
            {t('failed.again')}
          </Button>
        </div>
      )}

      {plan.state === 'done' && route && (
        <>
          {plan.estimated && (
            <Text size="sm" c="dimmed" px="md" pt="sm">
              {t('plan.estimated')}
            </Text>
          )}
          {!edits.pending &&
            (route.violations ?? []).map((violation) => (
              <p key={violation} className={classes.dayWarning}>
                <IconAlertTriangle size={16} aria-hidden />
                {t(dayViolationKey(violation))}
              </p>
            ))}
          {route.stops.length === 0 ? (
            <div className={classes.message}>
              <Text>{t('plan.noStops')}</Text>
              <Button renderRoot={(props) => <Link to="/plans" search={again} {...props} />}>
                {t('failed.again')}
              </Button>
            </div>
          ) : (
            <StopList
              route={route}
              way={{
                profile: plan.request.profile ?? 'car',
                byHour: plan.request.byHour ?? false,
                timeZone: plan.timeZone,
              }}
              stale={edits.pending}
              leg={leg}
              onLeg={onLeg}
              mayEdit={mayEdit}
              hover={hover}
              onHover={setHover}
              onOrder={edits.setOrder}
              positions={positionsOf(plan)}
              onPlace={edits.place}
            />
          )}
        </>
      )}
      {plan.state === 'done' && plan.unplanned.length > 0 && (
        <UnplannedList
          unplanned={plan.unplanned}
          mayEdit={mayEdit}
          hover={hover}
          onHover={setHover}
          onInsert={(siteId) => edits.setOrder(inserted(plan, siteId))}
        />
      )}
    </>
  )
}

/** The stops that are locked as a certain one of the day, by site. */
const positionsOf = (plan: Plan): ReadonlyMap<number, number> =>
  new Map(
    plan.request.visits.flatMap(({ siteId, terms }) =>
      terms?.position ? [[siteId, terms.position] as const] : [],
    ),
  )

function Totals({ plan, stale }: { plan: Plan; stale: boolean }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const { route } = plan
  if (!route) return null
  const estimated = (figure: string) => (plan.estimated ? t('total.estimated', { figure }) : figure)
  const figures = [
    [t('total.stops'), format.number(route.stops.length)],
    [t('total.drive'), estimated(format.duration(route.driveSeconds))],
    [t('total.distance'), estimated(format.distance(route.driveMetres))],
    [t('total.visits'), format.duration(route.visitSeconds)],
    [t('total.waiting'), format.duration(route.waitingSeconds)],
    ...(route.gainSeconds >= 60 ? [[t('total.gain'), format.duration(route.gainSeconds)] as const] : []),
  ] as const
  return (
    <dl className={classes.totals} data-stale={stale}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Making({ plan }: { plan: Plan }) {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const cancel = useMutation({
    mutationFn: () => cancelPlan(plan.id),
    onSuccess: (current) => adoptPlan(queryClient, current),
    onError: (error) => toastError(problemText(error)),
  })
  const percent = Math.round(plan.progress * 100)
  return (
    <div className={classes.message}>
      <Text role="status">
        {t(plan.state === 'queued' ? 'making.queued' : 'making.running', {
          count: plan.request.visits.length,
        })}
      </Text>
      <Progress.Root size="lg" w="100%">
        <Progress.Section value={Math.max(4, percent)} aria-label={t('making.progress')} animated striped />
      </Progress.Root>
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {common('action.cancel')}
      </Button>
    </div>
  )
}

function PlanMenu({ plan, mayEdit }: { plan: Plan; mayEdit: boolean }) {
  const { t } = useTranslation('plan')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const remove = useMutation({
    mutationFn: () => deletePlan(plan.id),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['plans'] })
      void navigate({ to: '/plans' })
    },
    onError: (error) => toastError(problemText(error)),
  })
  if (!mayEdit) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={36} variant="default" aria-label={t('plan.actions')}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => remove.mutate()}>
          {t('plan.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
