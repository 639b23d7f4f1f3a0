/** The days that suit a visit to an account beside what is planned, for a rep. */
import { Alert, Button, Group, Modal, Select, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe, usersQuery } from '../api/queries'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { addDays } from '../plan/day'
import { suitableDaysQuery } from './queries'
import { SuitableDays, SuitableDaysLegend } from './SuitableDays'
import type { DayRating } from './types'

const daysAhead = 20

export function SuggestionsDialog(props: { siteId: number; ownerId: number | null; onClose: () => void }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={t('suggest.title')}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      <Suggestions siteId={props.siteId} ownerId={props.ownerId} />
    </Modal>
  )
}

function Suggestions({ siteId, ownerId }: { siteId: number; ownerId: number | null }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const format = useFormat()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const me = useMe()
  const mayTeam = useMay('plans.team')
  const { data: users } = useQuery({ ...usersQuery, enabled: mayTeam })
  const reps = (users ?? []).filter((user) => user.active && user.role === 'rep')
  const [picked, setPicked] = useState<number | null>(null)
  const first = reps.find((rep) => rep.id === ownerId) ?? reps[0]
  const repId = picked ?? (mayTeam && me.user.role !== 'rep' ? (first?.id ?? 0) : me.user.id)
  const [day, setDay] = useState<DayRating | null>(null)
  const from = addDays(format.today(), 1)
  const { data, error, refetch } = useQuery({
    ...suitableDaysQuery({ siteId, repId, from, to: addDays(from, daysAhead) }),
    enabled: repId > 0,
  })
  return (
    <>
      <Text size="sm" mb="sm">
        {t('suggest.lead')}
      </Text>
      {mayTeam && reps.length > 0 && (
        <Select
          label={t('publish.rep')}
          mb="sm"
          data={reps.map((rep) => ({ value: String(rep.id), label: rep.name }))}
          value={String(repId)}
          onChange={(value) => {
            setPicked(Number(value))
            setDay(null)
          }}
          allowDeselect={false}
          searchable={reps.length > 8}
        />
      )}
      {error && !data && (
        <Alert color="red" variant="outline" role="alert">
          <Text size="sm" mb="sm">
            {problemText(error)}
          </Text>
          <Button size="sm" variant="default" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </Alert>
      )}
      {!data && !error && <Skeleton height={220} aria-busy />}
      {data &&
        (data.days.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('suggest.none')}
          </Text>
        ) : (
          <>
            <SuitableDays
              days={data.days}
              selected={day?.day ?? null}
              label={t('suggest.days')}
              onSelect={setDay}
            />
            <SuitableDaysLegend />
          </>
        ))}
      {day && (
        <Group justify="space-between" mt="md" gap="sm">
          <Text size="sm" role="status">
            {day.beginsAt
              ? t('suggest.chosen', {
                  day: format.longDay(day.day),
                  time: format.time(day.beginsAt),
                  visits: t('lane.visits', { count: day.visits }),
                })
              : t('suggest.noFit', { day: format.longDay(day.day) })}
          </Text>
          <Group gap="xs">
            {day.planId !== null && (
              <Button
                variant="default"
                onClick={() => void navigate({ to: '/plans/$id', params: { id: String(day.planId) } })}
              >
                {t('suggest.openPlan')}
              </Button>
            )}
            <Button
              onClick={() =>
                void navigate({
                  to: '/plans',
                  search: {
                    siteIds: [siteId],
                    day: day.day,
                    ...(repId === me.user.id ? {} : { repId }),
                  },
                })
              }
            >
              {t('suggest.plan')}
            </Button>
          </Group>
        </Group>
      )}
    </>
  )
}
