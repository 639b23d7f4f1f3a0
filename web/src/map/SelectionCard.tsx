/** What was selected, summed up before anything is done with it. */
import { Button, CloseButton, Group, Loader, Text, Title } from '@mantine/core'
import { IconCalendarPlus, IconList } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMay } from '../api/queries'
import type { SelectionSummary } from '../api/types'
import { LinkButton } from '../app/links'
import { statusColours } from '../app/palette'
import { useProblemText } from '../app/problemText'
import { useScheme } from '../app/scheme'
import { type AccountFilter, filterOf, type Status } from '../app/search'
import { wholeTree } from '../filters/address'
import type { Which } from '../filters/types'
import { useFormat } from '../i18n/format'
import { areaOf } from './area'
import classes from './MapControls.module.css'
import { ReachMinutes } from './ReachMinutes'

const BulkActions = lazy(() => import('../accounts/BulkActions').then((m) => ({ default: m.BulkActions })))

const largestPlan = 200
/** Owners that are named; the others are counted together. */
const mostOwners = 5

/** A named area among the conditions is asked for as a shape, so that its open prospects count. */
function askedOf(filter: AccountFilter) {
  const { area, rest } = areaOf(filter.filter)
  return area ? { ...filterOf({ ...filter, filter: rest }), place: area.place } : filterOf(filter)
}

export const useSelectionSummary = (filter: AccountFilter) =>
  useQuery({
    queryKey: ['selection', filterOf(filter)],
    queryFn: ({ signal }) =>
      call(api.GET('/api/accounts/selection', { params: { query: askedOf(filter) }, signal })),
    // Other minutes of the same area, another hexagon: the figures stay until the new ones are there.
    placeholderData: filter.within === undefined ? keepPreviousData : undefined,
  })

/** The same figures for accounts that were chosen one by one, or by any filter. */
const useSums = (which: Which) =>
  useQuery({
    queryKey: ['selection', 'sums', which],
    queryFn: ({ signal }) => call(api.POST('/api/accounts/sums', { body: which, signal })),
    placeholderData: keepPreviousData,
  })

export function SelectionCard(props: {
  filter: AccountFilter
  reachName?: string | undefined
  onReach?: ((reach: string) => void) | undefined
  onList?: (() => void) | undefined
  onPlan?: (siteIds: number[]) => void
  onClear: () => void
}) {
  const { filter, reachName, onReach, onList, onPlan, onClear } = props
  const { t } = useTranslation('map')
  const { t: common } = useTranslation()
  const { t: board } = useTranslation('board')
  const problemText = useProblemText()
  const mayPlan = useMay('plans.write')
  const { data, error, refetch, isPlaceholderData } = useSelectionSummary(filter)
  const sites = data?.siteIds ?? []
  const tree = wholeTree(filter)
  const { area } = areaOf(filter.filter)

  return (
    <section className={classes.card} aria-label={t('selection.title')} aria-busy={isPlaceholderData}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <Title order={2} fz="md" aria-live="polite">
          {data ? t('selection.total', { count: data.total }) : t('selection.title')}
        </Title>
        <CloseButton aria-label={t('selection.clear')} onClick={onClear} />
      </Group>
      {area?.name && (
        <Text size="sm" c="dimmed" truncate title={area.name}>
          {t('selection.area', { name: area.name })}
        </Text>
      )}
      {filter.reach && onReach && <ReachMinutes reach={filter.reach} name={reachName} onReach={onReach} />}
      {error && !data && (
        <>
          <Text size="sm" c="var(--mantine-color-error)" my="xs" role="alert">
            {problemText(error)}
          </Text>
          <Button size="xs" variant="default" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </>
      )}
      {!data && !error && <Loader size="sm" my="sm" role="status" aria-label={common('loading')} />}
      {data && (
        <>
          {data.total === 0 ? (
            <Text size="sm" c="dimmed" my="xs">
              {t('selection.none')}
            </Text>
          ) : (
            <Summary data={data} />
          )}
          {data.openProspects > 0 && (
            <Text size="sm" c="dimmed" mb="xs">
              {t('selection.openProspects', { count: data.openProspects })}
            </Text>
          )}
          <Group gap={6} mt="xs">
            {onList && data.total > 0 && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconList size={16} aria-hidden />}
                onClick={onList}
              >
                {t('selection.list')}
              </Button>
            )}
            {data.total > 0 && tree && (
              <Suspense>
                <BulkActions
                  which={{ filter: tree }}
                  filter={tree}
                  count={data.total}
                  sites={sites}
                  onPlan={mayPlan ? onPlan : undefined}
                />
              </Suspense>
            )}
            {onPlan && mayPlan && sites.length > 0 && (
              <LinkButton
                to="/plans/new"
                search={filterOf(filter)}
                size="xs"
                variant="default"
                leftSection={<IconCalendarPlus size={16} aria-hidden />}
              >
                {board('list.new')}
              </LinkButton>
            )}
            <Button size="xs" variant="default" onClick={onClear}>
              {t('selection.clear')}
            </Button>
          </Group>
          {data.total > 0 && sites.length === 0 && (
            <Text size="sm" c="dimmed" mt="xs">
              {t('selection.noPlaces')}
            </Text>
          )}
          {sites.length > largestPlan && (
            <Text size="sm" c="dimmed" mt="xs">
              {t('selection.planTooMany')}
            </Text>
          )}
        </>
      )}
    </section>
  )
}

/** Accounts picked one by one, summed up before anything is done with them. */
export function PickedCard(props: {
  picked: readonly { account: number; site: number }[]
  onPlan?: ((siteIds: number[]) => void) | undefined
  onClear: () => void
}) {
  const { picked, onPlan, onClear } = props
  const { t } = useTranslation('map')
  const mayPlan = useMay('plans.write')
  const which = { ids: picked.map((p) => p.account) }
  return (
    <section className={classes.card} aria-label={t('selection.title')}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} fz="md" aria-live="polite">
          {t('selection.picked', { count: picked.length })}
        </Title>
        <CloseButton aria-label={t('selection.clear')} onClick={onClear} />
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        {t('selection.pickedHint')}
      </Text>
      <Sums which={which} />
      <Group gap={6} mt="xs">
        <Suspense>
          <BulkActions
            which={which}
            filter={null}
            count={picked.length}
            sites={picked.map((p) => p.site)}
            onPlan={mayPlan ? onPlan : undefined}
          />
        </Suspense>
      </Group>
    </section>
  )
}

/** By status, class and owner, of accounts wherever they were chosen. */
export function Sums({ which }: { which: Which }) {
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error } = useSums(which)
  if (data) return <Summary data={data} />
  if (error)
    return (
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {problemText(error)}
      </Text>
    )
  return <Loader size="sm" my="sm" role="status" aria-label={common('loading')} />
}

/** By status as a bar, by class and by owner as numbers. */
function Summary({ data }: { data: SelectionSummary }) {
  const { t } = useTranslation('map')
  const format = useFormat()
  const colours = statusColours[useScheme()]
  const colourOf = (status: string) => colours[status as Status]
  const byStatus = data.byStatus ?? []
  const owners = [...(data.byOwner ?? [])].sort((a, b) => b.count - a.count)
  const named = owners.length > mostOwners + 1 ? owners.slice(0, mostOwners) : owners
  const others = owners.slice(named.length)
  return (
    <>
      <div className={classes.bar} aria-hidden="true">
        {byStatus.map(({ status, count }) => (
          <span key={status} style={{ flexGrow: count, background: colourOf(status) }} />
        ))}
      </div>
      <h3 className={classes.group}>{t('selection.byStatus')}</h3>
      <dl className={classes.facts}>
        {byStatus.map(({ status, count }) => (
          <div key={status} style={{ display: 'contents' }}>
            <dt>
              <span className={classes.dot} style={{ background: colourOf(status) }} aria-hidden="true" />
              {t(`accountStatus.${status as 'customer'}`)}
            </dt>
            <dd>{format.number(count)}</dd>
          </div>
        ))}
      </dl>
      <Facts
        title={t('selection.byClass')}
        rows={(data.byClass ?? []).map((row) => [t('class', { class: row.class }), row.count])}
      />
      <Facts
        title={t('selection.byOwner')}
        rows={[
          ...named.map((row): [string, number] => [row.ownerName || t('selection.nobody'), row.count]),
          ...(others.length > 0
            ? [
                [
                  t('selection.otherOwners', { count: others.length }),
                  others.reduce((sum, row) => sum + row.count, 0),
                ] as [string, number],
              ]
            : []),
        ]}
      />
    </>
  )
}

function Facts({ title, rows }: { title: string; rows: [string, number][] }) {
  const format = useFormat()
  return (
    <>
      <h3 className={classes.group}>{title}</h3>
      <dl className={classes.facts}>
        {rows.map(([name, count]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{format.number(count)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
