/** The reps of a new plan with how they work: each may work otherwise in this plan alone, or be away at night. */
import { ActionIcon, Alert, Button, Group, Loader, Modal, Select, Text, Title } from '@mantine/core'
import { IconMoon, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Point } from '../api/types'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { PlaceField, type PlaceValue } from '../plan/PlaceField'
import { type WorkingTerms, workingTermsQuery } from '../plan/termsQueries'
import { WorkingTermsFields } from '../plan/WorkingTermsFields'
import { problemOf } from '../plan/workingTerms'
import classes from './NewPeriodPage.module.css'
import { useNames } from './names'
import { daysOf, type Period } from './period'
import type { PeriodRequest } from './types'

export type Night = NonNullable<PeriodRequest['nights']>[number]
export type Otherwise = { terms: ReadonlyMap<number, WorkingTerms>; nights: Night[] }

export function RepTermsList(props: {
  reps: { id: number; name: string }[]
  period: Period
  value: Otherwise
  onChange: (value: Otherwise) => void
}) {
  const { reps, period, value, onChange } = props
  const { t } = useTranslation('board')
  const [open, setOpen] = useState<number | null>(null)
  const rep = reps.find((each) => each.id === open)
  const most = 6
  const [all, setAll] = useState(false)
  const listed = all ? reps : reps.slice(0, most)
  if (reps.length === 0) return null
  return (
    <section aria-labelledby="new-terms">
      <Title order={2} id="new-terms" className={classes.title} mb={4}>
        {t('repTerms.title')}
      </Title>
      <ul className={classes.preview} aria-labelledby="new-terms">
        {listed.map((each) => (
          <li key={each.id}>
            <span className={classes.previewText}>
              <strong>{each.name}</strong>
              <Summary
                repId={each.id}
                own={value.terms.get(each.id)}
                nights={value.nights.filter((night) => night.repId === each.id).length}
              />
            </span>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('repTerms.changeOf', { name: each.name })}
              onClick={() => setOpen(each.id)}
            >
              {t('repTerms.change')}
            </Button>
          </li>
        ))}
      </ul>
      {reps.length > listed.length && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('new.showMore', { count: reps.length - listed.length })}
        </Button>
      )}
      {rep && (
        <Modal
          opened
          onClose={() => setOpen(null)}
          size="lg"
          title={t('repTerms.dialog', { name: rep.name })}
          closeButtonProps={{ 'aria-label': t('moveTo.close') }}
        >
          <Dialog
            repId={rep.id}
            period={period}
            value={value}
            onDone={(next) => {
              if (next) onChange(next)
              setOpen(null)
            }}
          />
        </Modal>
      )}
    </section>
  )
}

function Summary({ repId, own, nights }: { repId: number; own: WorkingTerms | undefined; nights: number }) {
  const { t } = useTranslation('board')
  const { t: plan } = useTranslation('plan')
  const format = useFormat()
  const { data } = useQuery(workingTermsQuery(repId))
  const terms = own ?? data
  if (!terms) return <span> </span>
  return (
    <span>
      {[
        ...(own ? [t('repTerms.only')] : []),
        `${format.clock(terms.workStart)} – ${format.clock(terms.workEnd)}`,
        ...((terms.profile ?? 'car') === 'car' ? [] : [plan(`way.${terms.profile ?? 'car'}`)]),
        terms.startAddress || t('repTerms.noStart'),
        ...(terms.skills.length > 0 ? [terms.skills.join(', ')] : []),
        ...(nights > 0 ? [t('repTerms.nightsCount', { count: nights })] : []),
      ].join(' · ')}
    </span>
  )
}

function Dialog(props: {
  repId: number
  period: Period
  value: Otherwise
  onDone: (value: Otherwise | null) => void
}) {
  const { repId, period, value, onDone } = props
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(workingTermsQuery(repId))
  const [changed, setChanged] = useState<WorkingTerms | null>(value.terms.get(repId) ?? null)
  const [nights, setNights] = useState(value.nights.filter((night) => night.repId === repId))
  const terms = changed ?? data
  if (error && !terms)
    return (
      <Alert color="red" variant="outline" role="alert">
        <Text size="sm" mb="sm">
          {problemText(error)}
        </Text>
        <Button size="sm" variant="default" onClick={() => void refetch()}>
          {common('action.retry')}
        </Button>
      </Alert>
    )
  if (!terms) return <Loader role="status" aria-label={common('loading')} />
  const done = (own: WorkingTerms | null, away: Night[]) => {
    const next = new Map(value.terms)
    if (own) next.set(repId, own)
    else next.delete(repId)
    onDone({ terms: next, nights: [...value.nights.filter((night) => night.repId !== repId), ...away] })
  }
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('repTerms.lead')}
      </Text>
      <WorkingTermsFields key={changed ? 'changed' : 'own'} terms={terms} onChange={setChanged} />
      <Nights repId={repId} period={period} nights={nights} onChange={setNights} />
      <Group justify="space-between" mt="lg">
        <Button variant="default" disabled={!changed && nights.length === 0} onClick={() => done(null, [])}>
          {t('repTerms.reset')}
        </Button>
        <Button disabled={problemOf(terms) !== null} onClick={() => done(changed, nights)}>
          {t('repTerms.apply')}
        </Button>
      </Group>
    </>
  )
}

/** Where nights are spent elsewhere: that day ends there, the next one begins there. */
function Nights(props: {
  repId: number
  period: Period
  nights: Night[]
  onChange: (nights: Night[]) => void
}) {
  const { repId, period, nights, onChange } = props
  const { t } = useTranslation('board')
  const names = useNames()
  const [place, setPlace] = useState<PlaceValue>(null)
  const [day, setDay] = useState<string | null>(null)
  const [asked, setAsked] = useState(0)
  const free = daysOf(period).filter((each) => !nights.some((night) => night.day === each))
  return (
    <div>
      <Text fw={550} size="sm" mt="md">
        {t('repTerms.nights')}
      </Text>
      {nights.length > 0 && (
        <ul className={classes.preview} aria-label={t('repTerms.nights')}>
          {nights.map((night) => (
            <li key={night.day}>
              <IconMoon size={16} aria-hidden />
              <span className={classes.previewText}>
                <strong>{names.day(night.day)}</strong>
                <span>{night.address}</span>
              </span>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={34}
                aria-label={t('repTerms.nightRemove', { day: names.day(night.day) })}
                onClick={() => onChange(nights.filter((each) => each !== night))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Group align="end" gap="xs" mt={4}>
        <Select
          label={t('repTerms.nightAfter')}
          placeholder={t('repTerms.nightChoose')}
          w={150}
          data={free.map((each) => ({ value: each, label: names.day(each) }))}
          value={day}
          onChange={setDay}
        />
        <div style={{ flex: '1 1 12rem' }}>
          <PlaceField key={asked} label={t('repTerms.nightPlace')} value={place} onChange={setPlace} />
        </div>
        <Button
          variant="default"
          disabled={!day || !place}
          onClick={() => {
            if (!day || !place) return
            onChange(
              [
                ...nights,
                { repId, day, point: place.point as Point, address: place.address.slice(0, 500) },
              ].sort((a, b) => a.day.localeCompare(b.day)),
            )
            setDay(null)
            setPlace(null)
            setAsked(asked + 1)
          }}
        >
          {t('repTerms.nightAdd')}
        </Button>
      </Group>
    </div>
  )
}
