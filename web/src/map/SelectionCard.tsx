/** What was selected, summed up before anything is done with it. */
import { Button, CloseButton, Group, Loader, Text, Title } from '@mantine/core'
import { IconCalendarPlus, IconList, IconRoute } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMay } from '../api/queries'
import { LinkButton } from '../app/links'
import { useProblemText } from '../app/problemText'
import { type AccountFilter, filterOf } from '../app/search'
import { useFormat } from '../i18n/format'
import classes from './MapControls.module.css'
import { ReachMinutes } from './ReachMinutes'

const largestPlan = 200

export const useSelectionSummary = (filter: AccountFilter) =>
  useQuery({
    queryKey: ['selection', filterOf(filter)],
    queryFn: ({ signal }) =>
      call(api.GET('/api/accounts/selection', { params: { query: filterOf(filter) }, signal })),
    enabled: filter.within !== undefined || filter.reach !== undefined,
    // Other minutes of the same area: the figures stay until the new ones are there.
    placeholderData: filter.reach === undefined ? undefined : keepPreviousData,
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
  const { data, error, refetch } = useSelectionSummary(filter)
  const sites = data?.siteIds ?? []

  return (
    <section className={classes.card} aria-label={t('selection.title')}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <Title order={2} fz="md" aria-live="polite">
          {data ? t('selection.total', { count: data.total }) : t('selection.title')}
        </Title>
        <CloseButton aria-label={t('selection.clear')} onClick={onClear} />
      </Group>
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
      {!data && !error && <Loader size="sm" my="sm" aria-label={common('loading')} />}
      {data && (
        <>
          {data.total === 0 ? (
            <Text size="sm" c="dimmed" my="xs">
              {t('selection.none')}
            </Text>
          ) : (
            <>
              <Text size="sm" c="dimmed" mb="xs">
                {t('selection.listFollows')}
              </Text>
              <Facts
                title={t('selection.byStatus')}
                rows={(data.byStatus ?? []).map((row) => [
                  t(`accountStatus.${row.status as 'customer'}`),
                  row.count,
                ])}
              />
              <Facts
                title={t('selection.byClass')}
                rows={(data.byClass ?? []).map((row) => [t('class', { class: row.class }), row.count])}
              />
              <Facts
                title={t('selection.byOwner')}
                rows={(data.byOwner ?? []).map((row) => [row.ownerName || t('selection.nobody'), row.count])}
              />
            </>
          )}
          {data.openProspects > 0 && (
            <Text size="sm" c="dimmed" mb="xs">
              {t('selection.openProspects', { count: data.openProspects })}
            </Text>
          )}
          <Group gap="xs" mt="xs">
            {onPlan && mayPlan && data.total > 0 && (
              <Button
                leftSection={<IconRoute size={18} />}
                disabled={sites.length === 0 || sites.length > largestPlan}
                onClick={() => onPlan(sites)}
              >
                {t('selection.plan')}
              </Button>
            )}
            {onPlan && mayPlan && sites.length > 0 && (
              <LinkButton
                to="/plans/new"
                search={filterOf(filter)}
                variant="default"
                leftSection={<IconCalendarPlus size={18} />}
              >
                {board('list.new')}
              </LinkButton>
            )}
            {onList && data.total > 0 && (
              <Button variant="default" leftSection={<IconList size={18} />} onClick={onList}>
                {t('selection.list')}
              </Button>
            )}
            <Button variant="default" onClick={onClear}>
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
