/** A new plan of several days or reps: who, when, what matters most, which visits. */
import { Button, Group, MultiSelect, SegmentedControl, Select, Stack, Text, Title } from '@mantine/core'
import { IconRoute } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { teamsQuery, useMay, useMe, usersQuery } from '../api/queries'
import { useProblemText } from '../app/problemText'
import { conditionsOf, filterOf } from '../app/search'
import { useFormat } from '../i18n/format'
import { Panel } from '../plan/Panel'
import { RouteMap } from '../plan/RouteMap'
import { Choices } from './Choices'
import { MoreTerms, type Terms } from './MoreTerms'
import classes from './NewPeriodPage.module.css'
import { PeriodFields } from './PeriodFields'
import { PeriodVisits, type Source } from './PeriodVisits'
import { fromOn, lengthOf, mostDays, type Period, type PeriodKind, weekOf } from './period'
import { createPeriodPlan, headQuery, placedSitesQuery, proposalsQuery, selectionSitesQuery } from './queries'
import { type Otherwise, RepTermsList } from './RepTermsList'
import type { PeriodRequest, Preset } from './types'

const presets: Preset[] = ['balanced', 'most_visits', 'least_driving']
const mostReps = 50
const mostVisits = 5000

export function NewPeriodPage() {
  const { t } = useTranslation('board')
  const search = useSearch({ from: '/signed-in/plans/new' })
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const format = useFormat()
  const me = useMe()
  const mayTeam = useMay('plans.team')
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: mayTeam })
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: mayTeam })
  const reps = users.filter((user) => user.active && user.role === 'rep')
  const ownDays = me.user.role === 'rep' || !mayTeam

  const filter = filterOf(search)
  const fromMap = conditionsOf(filter) > 0
  const [whoKind, setWhoKind] = useState<'reps' | 'team'>('reps')
  const [chosenReps, setChosenReps] = useState<number[] | null>(null)
  const [teamId, setTeamId] = useState<number | null>(null)
  const [kind, setKind] = useState<PeriodKind>('week')
  const [period, setPeriod] = useState<Period>(() => weekOf(format.today(), 1))
  const [preset, setPreset] = useState<Preset>('balanced')
  const [source, setSource] = useState<Source>(fromMap ? 'selection' : search.siteIds ? 'picked' : 'due')
  const [picked, setPicked] = useState<number[]>(search.siteIds ?? [])
  const [andDue, setAndDue] = useState(false)
  const [terms, setTerms] = useState<Terms>({
    openingHours: true,
    byHour: false,
    lunch: null,
    workingDays: null,
    seconds: 0,
    assignment: 'owner',
  })
  const [otherwise, setOtherwise] = useState<Otherwise>({ terms: new Map(), nights: [] })
  const [hover, setHover] = useState<number | null>(null)

  const repIds = ownDays ? [me.user.id] : (chosenReps ?? [])
  const who = whoKind === 'team' && !ownDays ? (teamId ? { teamId } : {}) : { repId: repIds }
  const people = ownDays
    ? [{ id: me.user.id, name: me.user.name }]
    : reps.filter((rep) => (whoKind === 'team' ? rep.teamId === teamId : repIds.includes(rep.id)))
  const hasWho = 'teamId' in who || repIds.length > 0
  const days = lengthOf(period)
  const asked = fromOn(period, format.today())
  const proposals = useQuery({
    ...proposalsQuery(who, asked.from, asked.to),
    enabled: hasWho && days > 0 && days <= mostDays && (source === 'due' || andDue),
  })
  const selection = useQuery({ ...selectionSitesQuery(filter), enabled: fromMap })
  const byDueDate = source === 'due' || andDue
  const siteIds = source === 'picked' ? picked : source === 'selection' ? (selection.data?.siteIds ?? []) : []
  const dueCount = proposals.data?.items.reduce((sum, item) => sum + item.times, 0) ?? 0

  const places = useQuery({ ...placedSitesQuery(filter), enabled: fromMap && source === 'selection' })
  const candidates = useMemo(() => {
    const wanted = new Set(source === 'selection' ? selection.data?.siteIds : [])
    const selected = (places.data ?? []).filter(({ siteId }) => wanted.has(siteId))
    const due = (byDueDate ? (proposals.data?.items ?? []) : []).filter(({ siteId }) => !wanted.has(siteId))
    return [...selected, ...due].map(({ siteId, name, point }) => ({ siteId, name, point }))
  }, [byDueDate, proposals.data, source, selection.data, places.data])

  const create = useMutation({
    mutationFn: (body: PeriodRequest) => createPeriodPlan(body),
    onSuccess: (head) => {
      queryClient.setQueryData(headQuery(head.id).queryKey, head)
      void queryClient.invalidateQueries({ queryKey: ['plans'] })
      void navigate({ to: '/plans/$id', params: { id: String(head.id) } })
    },
  })
  // What was said about somebody who is not in the plan any more is not sent.
  const planned = (repId: number) => people.some((person) => person.id === repId)
  const repTerms = [...otherwise.terms]
    .filter(([repId]) => planned(repId))
    .map(([repId, own]) => ({ repId, ...own }))
  const nights = otherwise.nights.filter(
    (night) => planned(night.repId) && night.day >= asked.from && night.day <= asked.to,
  )
  /** What stands in the way of starting, in words; null when nothing does. */
  const missing = !hasWho
    ? t(whoKind === 'team' ? 'new.teamNeeded' : 'new.repNeeded')
    : repIds.length > mostReps
      ? t('new.tooManyReps', { count: mostReps })
      : days === 0
        ? t('new.periodWrong')
        : days > mostDays
          ? t('new.periodLong', { count: mostDays })
          : period.to < format.today()
            ? t('new.periodPast')
            : siteIds.length > mostVisits
              ? t('new.tooManyVisits', { count: mostVisits })
              : !byDueDate && siteIds.length === 0
                ? t('new.visitsNeeded')
                : byDueDate && proposals.data && dueCount + siteIds.length === 0
                  ? t('new.nothingDue')
                  : null
  const waiting = (byDueDate && proposals.isFetching) || (source === 'selection' && selection.isFetching)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing || waiting) return
    create.mutate({
      ...('teamId' in who ? { teamId: who.teamId } : { repIds }),
      ...asked,
      preset,
      assignment: terms.assignment,
      visits: siteIds.map((siteId) => ({ siteId })),
      byDueDate,
      respectOpeningHours: terms.openingHours,
      byHour: terms.byHour,
      ...(terms.lunch === null ? {} : { lunchMinutes: terms.lunch }),
      ...(terms.workingDays ? { workingDays: terms.workingDays as PeriodRequest['workingDays'] & {} } : {}),
      ...(repTerms.length > 0 ? { repTerms } : {}),
      ...(nights.length > 0 ? { nights } : {}),
      ...(terms.seconds > 0 ? { seconds: terms.seconds } : {}),
    })
  }

  return (
    <Panel
      label={t('new.title')}
      map={
        <RouteMap route={null} unplanned={candidates} hover={hover} onHover={setHover} onPick={() => {}} />
      }
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="lg" p="md" pb={0}>
          <div>
            <Title order={1}>{t('new.title')}</Title>
            <Text size="sm" c="dimmed">
              <Link to="/plans" className={classes.link}>
                {t('new.day')}
              </Link>
            </Text>
          </div>

          {!ownDays && (
            <section aria-labelledby="new-who">
              <Group justify="space-between" mb={6}>
                <Title order={2} id="new-who" className={classes.title}>
                  {t('new.who')}
                </Title>
                {teams.length > 0 && (
                  <SegmentedControl
                    size="xs"
                    aria-label={t('new.whoKind')}
                    value={whoKind}
                    onChange={(value) => setWhoKind(value as 'reps' | 'team')}
                    data={[
                      { value: 'reps', label: t('new.reps') },
                      { value: 'team', label: t('new.team') },
                    ]}
                  />
                )}
              </Group>
              {whoKind === 'team' ? (
                <Select
                  aria-label={t('new.team')}
                  placeholder={t('new.teamChoose')}
                  data={teams.map((team) => ({ value: String(team.id), label: team.name }))}
                  value={teamId ? String(teamId) : null}
                  onChange={(value) => setTeamId(value ? Number(value) : null)}
                  searchable={teams.length > 8}
                />
              ) : (
                <MultiSelect
                  aria-label={t('new.reps')}
                  placeholder={repIds.length === 0 ? t('new.repsChoose') : ''}
                  data={reps.map((rep) => ({ value: String(rep.id), label: rep.name }))}
                  value={repIds.map(String)}
                  onChange={(values) => setChosenReps(values.map(Number))}
                  searchable
                  clearable
                  clearButtonProps={{ 'aria-label': t('new.repsClear') }}
                  hidePickedOptions
                />
              )}
            </section>
          )}

          <PeriodFields
            kind={kind}
            period={period}
            onChange={(k, p) => {
              setKind(k)
              setPeriod(p)
            }}
          />

          <Choices
            title={t('new.preset')}
            name="preset"
            value={preset}
            onChange={setPreset}
            choices={presets.map((each) => ({
              value: each,
              label: t(`preset.${each}`),
              description: t(`presetText.${each}`),
            }))}
          />

          <PeriodVisits
            source={source}
            onSource={setSource}
            picked={picked}
            onPicked={setPicked}
            andDue={andDue}
            onAndDue={setAndDue}
            proposals={proposals}
            selection={fromMap ? selection : null}
            ready={hasWho && days > 0 && days <= mostDays}
            onHover={setHover}
          />

          {places.error && (
            <Text size="sm" role="alert">
              {problemText(places.error)}
            </Text>
          )}

          <RepTermsList reps={people} period={asked} value={otherwise} onChange={setOtherwise} />

          <MoreTerms terms={terms} onChange={setTerms} team={whoKind === 'team' || repIds.length > 1} />

          <div className={classes.foot}>
            {create.error && (
              <Text c="var(--mantine-color-error)" size="sm" mb={6} role="alert">
                {problemText(create.error)}
              </Text>
            )}
            <Text size="xs" c="dimmed" mb={6} role="status">
              {missing ?? t('new.ready', { count: siteIds.length + (byDueDate ? dueCount : 0) })}
            </Text>
            <Button
              type="submit"
              size="md"
              fullWidth
              leftSection={<IconRoute size={20} aria-hidden />}
              loading={create.isPending}
              disabled={missing !== null || waiting}
            >
              {t('new.start')}
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  )
}
