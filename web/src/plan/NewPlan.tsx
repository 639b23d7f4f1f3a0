/** The form of a new plan: whose day, which day, from where, how long, and which visits. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Collapse,
  Group,
  Loader,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconChevronDown, IconRoute, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ClassMark } from '../accounts/Marks'
import { useMay, useMe, usersQuery } from '../api/queries'
import type { AccountRow, DueVisit, PlanRequest, User } from '../api/types'
import { useProblemText } from '../app/problemText'
import type { PlansSearch } from '../app/search'
import { useFormat } from '../i18n/format'
import classes from './NewPlan.module.css'
import { adoptPlan, createPlan, dueQuery, sitesQuery } from './queries'
import { type WorkingTerms, workingTermsQuery } from './termsQueries'
import { ByHourField } from './WayFields'
import { WorkingTermsFields } from './WorkingTermsFields'
import { roadsQuery } from './ways'
import { dayTerms, onDay, problemOf } from './workingTerms'

const mostVisits = 200

export function NewPlan(props: {
  search: PlansSearch
  day: string
  onSearch: (part: Partial<PlansSearch>) => void
}) {
  const { search, day, onSearch } = props
  const { siteIds } = search
  const { t } = useTranslation('plan')
  const { t: board } = useTranslation('board')
  const me = useMe()
  const mayTeam = useMay('plans.team')
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: mayTeam })
  const reps = users.filter((user) => user.active && user.role === 'rep')
  const repId = search.repId ?? (mayTeam && me.user.role !== 'rep' ? reps[0]?.id : me.user.id)
  const rep = reps.find((user) => user.id === repId) ?? (repId === me.user.id ? me.user : undefined)
  return (
    <Stack gap="md" p="md">
      <div>
        <Title order={1}>{t('form.title')}</Title>
        <Text size="sm" c="dimmed">
          <Link to="/plans/new" className={classes.link} search={siteIds ? { siteIds } : {}}>
            {board('list.instead')}
          </Link>
        </Text>
      </div>
      <Group grow align="start">
        {mayTeam && (
          <Select
            label={t('form.rep')}
            data={reps.map((user) => ({ value: String(user.id), label: user.name }))}
            value={repId ? String(repId) : null}
            onChange={(value) => value && onSearch({ repId: Number(value) })}
            allowDeselect={false}
          />
        )}
        <TextInput
          type="date"
          label={t('form.day')}
          required
          value={day}
          onChange={(e) => onSearch({ day: e.currentTarget.value || undefined })}
        />
      </Group>
      {/* Hours and places begin with the rep's own: another rep, another form. */}
      {rep && (
        <Rest
          key={rep.id}
          rep={rep}
          day={day}
          siteIds={search.siteIds ?? []}
          onSites={(siteIds) => onSearch({ siteIds })}
        />
      )}
    </Stack>
  )
}

function Rest(props: RestProps) {
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(workingTermsQuery(props.rep.id))
  if (data) return <Form {...props} own={data} />
  if (!error) return <Loader role="status" aria-label={common('loading')} />
  return (
    <Text size="sm" role="alert">
      {problemText(error)}{' '}
      <Button size="compact-sm" variant="subtle" onClick={() => void refetch()}>
        {common('action.retry')}
      </Button>
    </Text>
  )
}

type RestProps = { rep: User; day: string; siteIds: number[]; onSites: (siteIds: number[]) => void }

function Form({ rep, day, siteIds, onSites, own }: RestProps & { own: WorkingTerms }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  // The hours are the weekday's until somebody changes them here.
  const [changed, setChanged] = useState<WorkingTerms | null>(null)
  const terms = changed ?? onDay(own, day)
  const [hours, setHours] = useState(true)
  const [byHour, setByHour] = useState(false)
  const [more, setMore] = useState(false)

  const create = useMutation({
    mutationFn: (body: PlanRequest) => createPlan(body),
    onSuccess: (plan) => {
      adoptPlan(queryClient, plan)
      void navigate({ to: '/plans/$id', params: { id: String(plan.id) } })
    },
    // What is missing may be roads that are being prepared now.
    onError: () => void queryClient.invalidateQueries({ queryKey: roadsQuery.queryKey }),
  })
  const wrong = problemOf(terms)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (siteIds.length === 0 || siteIds.length > mostVisits || wrong) return
    create.mutate({
      repId: rep.id,
      day,
      visits: siteIds.map((siteId) => ({ siteId })),
      ...dayTerms(terms),
      respectOpeningHours: hours,
      byHour,
    })
  }

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Chosen siteIds={siteIds} onSites={onSites} />
        <div>
          <button type="button" className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
            <span>
              {[
                t('form.terms', {
                  start: format.clock(terms.workStart),
                  end: format.clock(terms.workEnd),
                  place: terms.startPoint ? terms.startAddress || t('stop.onMap') : t('stop.firstVisit'),
                }),
                ...((terms.profile ?? 'car') === 'car' ? [] : [t(`way.${terms.profile ?? 'car'}`)]),
                ...(byHour ? [t('way.byHour')] : []),
              ].join(' · ')}
            </span>
            <IconChevronDown size={18} aria-hidden style={{ rotate: more ? '180deg' : '0deg' }} />
          </button>
          <Collapse expanded={more}>
            <Stack gap="sm" pt="sm">
              <WorkingTermsFields day terms={terms} onChange={setChanged} />
              <ByHourField value={byHour} profiles={[terms.profile ?? 'car']} onChange={setByHour} />
              <Switch
                label={t('form.openingHours')}
                checked={hours}
                onChange={(e) => setHours(e.currentTarget.checked)}
              />
            </Stack>
          </Collapse>
        </div>
        {create.error && (
          <Text c="var(--mantine-color-error)" size="sm" role="alert">
            {problemText(create.error)}
          </Text>
        )}
        {siteIds.length > mostVisits && (
          <Text c="var(--mantine-color-error)" size="sm" role="alert">
            {t('form.tooMany', { count: mostVisits })}
          </Text>
        )}
        <div className={classes.foot}>
          <Button
            type="submit"
            size="md"
            fullWidth
            leftSection={<IconRoute size={20} aria-hidden />}
            loading={create.isPending}
            disabled={siteIds.length === 0 || siteIds.length > mostVisits || wrong !== null}
          >
            {t('form.plan')}
          </Button>
        </div>
        <Due rep={rep} day={day} siteIds={siteIds} onSites={onSites} />
      </Stack>
    </form>
  )
}

function Chosen({ siteIds, onSites }: { siteIds: number[]; onSites: (siteIds: number[]) => void }) {
  const { t } = useTranslation('plan')
  const { data: rows = [] } = useQuery(sitesQuery(siteIds))
  const bySite = new Map(rows.flatMap((row) => (row.site ? [[row.site.id, row] as const] : [])))
  return (
    <section aria-labelledby="chosen-title">
      <Group justify="space-between">
        <Title order={2} id="chosen-title" aria-live="polite">
          {t('form.chosen', { count: siteIds.length })}
        </Title>
        {siteIds.length > 0 && (
          <Button size="compact-sm" variant="subtle" onClick={() => onSites([])}>
            {t('form.clear')}
          </Button>
        )}
      </Group>
      {siteIds.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('form.chosenNone')}
        </Text>
      ) : (
        <ul className={classes.visits}>
          {siteIds.map((siteId) => {
            const row = bySite.get(siteId)
            const name = row?.name ?? t('form.unknownVisit')
            return (
              <li key={siteId}>
                {row && <ClassMark value={row.class as 'A'} />}
                <span className={classes.visit}>
                  <span className={classes.name}>{name}</span>
                  <span className={classes.detail}>{row ? placeOf(row) : ''}</span>
                </span>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={34}
                  aria-label={t('form.remove', { name })}
                  onClick={() => onSites(siteIds.filter((id) => id !== siteId))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}

const placeOf = ({ site }: AccountRow) =>
  site
    ? [[site.housenumber, site.street].filter(Boolean).join(' '), site.city].filter(Boolean).join(', ')
    : ''

function Due(props: { rep: User; day: string; siteIds: number[]; onSites: (siteIds: number[]) => void }) {
  const { rep, day, siteIds, onSites } = props
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error, isPending, refetch } = useQuery(dueQuery(rep.id, day))
  const dozen = 12
  const open = (data ?? []).filter(({ account }) => account.site && !siteIds.includes(account.site.id))
  const why = ({ reason, daysOverdue }: DueVisit) =>
    reason === 'overdue'
      ? t('due.overdue', { count: daysOverdue ?? 0 })
      : t(reason === 'due' ? 'due.due' : 'due.never')
  return (
    <section aria-labelledby="due-title">
      <Group justify="space-between">
        <Title order={2} id="due-title">
          {t('due.title')}
        </Title>
        {open.length > 0 && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              onSites([
                ...siteIds,
                ...open.slice(0, dozen).flatMap(({ account }) => (account.site ? [account.site.id] : [])),
              ])
            }
          >
            {t('due.addFirst', { count: Math.min(dozen, open.length) })}
          </Button>
        )}
      </Group>
      {error && (
        <Text size="sm" role="alert">
          {problemText(error)}{' '}
          <Button size="compact-sm" variant="subtle" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </Text>
      )}
      {isPending && !error && (
        <Text size="sm" c="dimmed">
          {common('loading')}
        </Text>
      )}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('due.none', { name: rep.name })}
        </Text>
      )}
      <ul className={classes.visits}>
        {(data ?? []).map((visit) => {
          const { account } = visit
          const site = account.site
          if (!site) return null
          const chosen = siteIds.includes(site.id)
          return (
            <li key={site.id}>
              <Checkbox
                checked={chosen}
                onChange={() =>
                  onSites(chosen ? siteIds.filter((id) => id !== site.id) : [...siteIds, site.id])
                }
                label={account.name}
                description={`${why(visit)}${placeOf(account) ? ` · ${placeOf(account)}` : ''}`}
                classNames={{ body: classes.check ?? '' }}
              />
              <ClassMark value={account.class as 'A'} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}
