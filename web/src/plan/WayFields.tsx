/** How a rep travels, and whether at the pace of the hour: what is not ready says so and can be made. */
import { Button, Select, Switch, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { extractQuery } from '../api/queries'
import { useProblemText } from '../app/problemText'
import classes from './WayFields.module.css'
import { type Profile, prepareRoads, profileIcons, profiles, roadsOf, roadsQuery } from './ways'

export function ProfileField(props: { value: Profile; onChange: (profile: Profile) => void }) {
  const { value, onChange } = props
  const { t } = useTranslation('plan')
  const Icon = profileIcons[value]
  return (
    <div>
      <Select
        label={t('way.label')}
        data={profiles.map((each) => ({ value: each, label: t(`way.${each}`) }))}
        value={value}
        leftSection={<Icon size={18} aria-hidden />}
        onChange={(next) => next && onChange(next as Profile)}
        allowDeselect={false}
      />
      <RoadsState profile={value} byHour={false} />
    </div>
  )
}

/** The traffic of the hour. profiles are those of the reps: none of them by car or van, no switch. */
export function ByHourField(props: {
  value: boolean
  profiles: readonly Profile[]
  onChange: (byHour: boolean) => void
}) {
  const { value, onChange } = props
  const { t } = useTranslation('plan')
  const driven = [...new Set(props.profiles)].filter((each) => each === 'car' || each === 'van')
  if (driven.length === 0) return null
  return (
    <div>
      <Switch
        label={t('way.byHour')}
        description={t('way.byHourText')}
        checked={value}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {value && driven.map((profile) => <RoadsState key={profile} profile={profile} byHour />)}
    </div>
  )
}

/** Nothing while the roads are ready; else how far they are, and a button that has them made. */
function RoadsState({ profile, byHour }: { profile: Profile; byHour: boolean }) {
  const { t } = useTranslation('plan')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { data } = useQuery(roadsQuery)
  const { data: extract } = useQuery(extractQuery)
  const prepare = useMutation({
    mutationFn: () => prepareRoads(profile, byHour),
    onSuccess: (all) => queryClient.setQueryData(roadsQuery.queryKey, all),
  })
  const roads = data && roadsOf(data, profile, byHour)
  if (!roads || roads.state === 'ready') return null
  if (extract?.loaded && !extract.source && (roads.state === 'absent' || roads.state === 'failed'))
    return (
      <div className={classes.state} role="status" data-roads="unavailable">
        <Text size="sm">{t('way.noSource')}</Text>
      </div>
    )
  const under = roads.state === 'queued' || roads.state === 'running'
  return (
    <div className={classes.state} role="status" data-roads={roads.state}>
      <Text size="sm">
        {under
          ? t('way.preparing', { share: Math.round(100 * roads.progress) })
          : roads.state === 'failed'
            ? t('way.failed', { reason: roads.error })
            : t('way.absent')}
      </Text>
      {under ? (
        <progress className={classes.bar} max={1} value={roads.progress} aria-label={t('way.progress')} />
      ) : (
        <Button
          size="compact-sm"
          variant="light"
          loading={prepare.isPending}
          onClick={() => prepare.mutate()}
        >
          {t('way.prepare')}
        </Button>
      )}
      {prepare.error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problemText(prepare.error)}
        </Text>
      )}
    </div>
  )
}

/** In a plan: the way to travel where it is not the car, and that drives follow the hour. */
export function WayText({ profile, byHour }: { profile: Profile | undefined; byHour: boolean | undefined }) {
  const { t } = useTranslation('plan')
  const by = profile ?? 'car'
  const follows = byHour && (by === 'car' || by === 'van')
  if (by === 'car' && !follows) return null
  const Icon = profileIcons[by]
  return (
    <Text size="sm" c="dimmed" className={classes.way}>
      <Icon size={16} aria-hidden />
      <span>{[t(`way.${by}`), ...(follows ? [t('way.followsHour')] : [])].join(' · ')}</span>
    </Text>
  )
}
