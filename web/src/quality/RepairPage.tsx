/** Addresses that were not found or are doubtful, one after the other: pick a candidate or drag the pin. */
import { Alert, Badge, Button, Group, Kbd, Loader, Text, Title } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Point } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { DataFrame } from '../imports/DataFrame'
import imports from '../imports/Imports.module.css'
import { useDoubts } from './doubts'
import classes from './Quality.module.css'
import { fixRepair, type Repair, repairQuery, repairsQuery } from './queries'

const PinMap = lazy(() => import('../accounts/PinMap').then((m) => ({ default: m.PinMap })))

export function RepairPage() {
  const { t } = useTranslation('data')
  const problemText = useProblemText()
  const format = useFormat()
  const { data, error } = useQuery(repairsQuery)
  const [chosen, setChosen] = useState<number | null>(null)
  const items = data?.items ?? []
  const at = Math.max(
    0,
    items.findIndex((r) => r.id === chosen),
  )
  const current = items[at]
  const step = (by: number) => {
    const next = items[at + by]
    if (next) setChosen(next.id)
  }
  useHotkeys([
    ['j', () => step(1)],
    ['k', () => step(-1)],
    ['ArrowDown', () => step(1)],
    ['ArrowUp', () => step(-1)],
  ])
  return (
    <DataFrame>
      {error && (
        <Alert color="red" role="alert">
          {problemText(error)}
        </Alert>
      )}
      {!data && !error && <Loader role="status" aria-label={t('places.title')} />}
      {data && items.length === 0 && (
        <section className={`${imports.part} ${classes.empty}`}>
          <Title order={2}>{t('places.none')}</Title>
          <Text c="dimmed">{t('places.noneHint')}</Text>
        </section>
      )}
      {current && (
        <>
          <Group justify="space-between">
            <Text role="status">
              {t('places.count', { count: data?.total ?? 0, amount: format.number(data?.total ?? 0) })}
            </Text>
            <Text size="sm" c="dimmed" visibleFrom="sm">
              <Kbd>J</Kbd> <Kbd>K</Kbd> {t('places.keys')}
            </Text>
          </Group>
          <div className={classes.split}>
            <ul className={classes.list} aria-label={t('places.title')}>
              {items.map((r) => (
                <li key={r.id}>
                  <button
                    type="button"
                    className={classes.item}
                    aria-current={r.id === current.id}
                    onClick={() => setChosen(r.id)}
                  >
                    {r.account}
                    <span className={classes.detail}>{r.address || t('places.noAddress')}</span>
                  </button>
                </li>
              ))}
            </ul>
            <One key={current.id} known={current} onDone={() => step(items[at + 1] ? 1 : -1)} />
          </div>
        </>
      )}
    </DataFrame>
  )
}

function One({ known, onDone }: { known: Repair; onDone: () => void }) {
  const { t } = useTranslation('data')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const doubts = useDoubts()
  const { data } = useQuery(repairQuery(known.id))
  const repair = data ?? known
  const candidates = repair.candidates ?? []
  const [dropped, setDropped] = useState<Point | null>(null)
  const point = dropped ?? repair.point ?? candidates[0]?.point ?? null
  const fix = useMutation({
    mutationFn: (where: Point | null) => fixRepair(known.id, where),
    onSuccess: (_, where) => {
      toast(t(where ? 'places.fixed' : 'places.dismissed', { name: known.account }))
      onDone()
      void queryClient.invalidateQueries({ queryKey: repairsQuery.queryKey })
      void queryClient.invalidateQueries({ queryKey: ['accounts'] })
    },
    onError: (error) => toastError(problemText(error)),
  })
  return (
    <section className={imports.part} aria-label={known.account}>
      <Group justify="space-between" align="start">
        <div>
          <Title order={2}>
            <Link to="/accounts/$id" params={{ id: String(known.accountId) }}>
              {known.account}
            </Link>
          </Title>
          <Text>{repair.address || t('places.noAddress')}</Text>
          {repair.reason && (
            <Text size="sm" c="dimmed">
              {doubts(repair.reason)}
            </Text>
          )}
        </div>
        <Badge variant="default">
          {t(`places.${repair.state === 'doubtful' ? 'doubtful' : 'notFound'}`)}
        </Badge>
      </Group>
      <div className={classes.map}>
        <Suspense>
          <PinMap
            label={t('places.map', { name: known.account })}
            pins={point ? [{ id: known.id, point, label: known.account }] : []}
            onPick={setDropped}
            onDrag={(_, where) => setDropped(where)}
          />
        </Suspense>
      </div>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t('places.drag')}
        </Text>
        <Group gap="xs">
          <Button variant="default" size="sm" disabled={fix.isPending} onClick={() => fix.mutate(null)}>
            {t(repair.siteId ? 'places.right' : 'places.without')}
          </Button>
          <Button
            size="sm"
            disabled={!dropped}
            loading={fix.isPending}
            onClick={() => dropped && fix.mutate(dropped)}
          >
            {t('places.save')}
          </Button>
        </Group>
      </Group>
      <Title order={3} size="h5">
        {t('places.candidates')}
      </Title>
      {data && candidates.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('places.noCandidates')}
        </Text>
      )}
      <ul className={imports.list}>
        {candidates.map((c) => (
          <li key={`${c.label}-${c.point.join()}`}>
            <div className={imports.line}>
              <span>
                {c.label}
                <span className={classes.detail}>
                  {[t(`kind.${c.kind}`), `${Math.round(100 * c.confidence)} %`, doubts(c.reason)]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </span>
              <Button
                size="compact-sm"
                variant="light"
                flex="none"
                disabled={fix.isPending}
                aria-label={t('places.takeOf', { place: c.label })}
                onClick={() => fix.mutate(c.point)}
              >
                {t('places.take')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
