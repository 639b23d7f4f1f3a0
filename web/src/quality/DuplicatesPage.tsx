/** Pairs of accounts that may be one: side by side, field by field, merged or told apart. */
import { Alert, Badge, Button, Group, Loader, Radio, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Account } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { customFieldsQuery } from '../filters/customFields'
import { useFormat } from '../i18n/format'
import { DataFrame } from '../imports/DataFrame'
import imports from '../imports/Imports.module.css'
import { useChangedFields } from '../timeline/fields'
import classes from './Quality.module.css'
import {
  decideDuplicate,
  duplicatesQuery,
  findDuplicates,
  mergeAccounts,
  mergesQuery,
  type Pair,
  scanQuery,
  undoMerge,
} from './queries'
import { useReasons } from './reasons'

export function DuplicatesPage() {
  const { t } = useTranslation('data')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { data: scan } = useQuery(scanQuery)
  const { data, error } = useQuery(duplicatesQuery('open'))
  const [chosen, setChosen] = useState('')
  const look = useMutation({
    mutationFn: findDuplicates,
    onSuccess: (now) => queryClient.setQueryData(scanQuery.queryKey, now),
    onError: (e) => toastError(problemText(e)),
  })
  const items = data?.items ?? []
  const current = items.find((p) => keyOf(p) === chosen) ?? items[0]
  const running = scan?.state === 'running'
  return (
    <DataFrame>
      <Group justify="space-between">
        <Text role="status">
          {running || look.isPending
            ? t('doubles.looking')
            : scan?.state === 'never'
              ? t('doubles.never')
              : t('doubles.count', { count: data?.total ?? 0, amount: format.number(data?.total ?? 0) })}
          {scan?.finishedAt && !running && (
            <Text span size="sm" c="dimmed">
              {' '}
              {t('doubles.looked', { at: format.dateTime(scan.finishedAt) })}
            </Text>
          )}
        </Text>
        <Button variant="default" loading={running || look.isPending} onClick={() => look.mutate()}>
          {t('doubles.look')}
        </Button>
      </Group>
      {error && (
        <Alert color="red" role="alert">
          {problemText(error)}
        </Alert>
      )}
      {current && (
        <div className={classes.split}>
          <ul className={classes.list} aria-label={t('tab.duplicates')}>
            {items.map((pair) => (
              <li key={keyOf(pair)}>
                <PairLine
                  pair={pair}
                  current={keyOf(pair) === keyOf(current)}
                  onChoose={() => setChosen(keyOf(pair))}
                />
              </li>
            ))}
          </ul>
          <SideBySide key={keyOf(current)} pair={current} />
        </div>
      )}
      <Merges />
    </DataFrame>
  )
}

const keyOf = (p: Pair) => `${p.aId}-${p.bId}`

function PairLine({ pair, current, onChoose }: { pair: Pair; current: boolean; onChoose: () => void }) {
  const reasons = useReasons()
  return (
    <button type="button" className={classes.item} aria-current={current} onClick={onChoose}>
      {pair.aName}
      {pair.bName !== pair.aName && ` · ${pair.bName}`}
      <span className={classes.detail}>
        {Math.round(100 * pair.score)} % · {reasons(pair.reasons ?? [])}
      </span>
    </button>
  )
}

const fields = [
  'name',
  'status',
  'class',
  'category',
  'ownerId',
  'phone',
  'email',
  'website',
  'revenue',
  'potential',
  'visitIntervalDays',
  'visitMinutes',
  'notes',
] as const
type FieldKey = (typeof fields)[number]
const isField = (key: string): key is FieldKey => (fields as readonly string[]).includes(key)

function SideBySide({ pair }: { pair: Pair }) {
  const { t } = useTranslation('data')
  const problemText = useProblemText()
  const reasons = useReasons()
  const account = (id: number) => ({
    queryKey: ['account', id],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      call(api.GET('/api/accounts/{id}', { params: { path: { id } }, signal })),
  })
  const a = useQuery(account(pair.aId))
  const b = useQuery(account(pair.bId))
  const error = a.error ?? b.error
  return (
    <section className={imports.part} aria-labelledby="side">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="side">
          {t('doubles.side')}
        </Title>
        <Badge variant="light">{Math.round(100 * pair.score)} %</Badge>
      </Group>
      <Text size="sm" mb="sm">
        {reasons(pair.reasons ?? [])}
      </Text>
      {error && (
        <Alert color="red" role="alert">
          {problemText(error)}
        </Alert>
      )}
      {!error && (!a.data || !b.data) && <Loader />}
      {a.data && b.data && (
        <Choose key={`${a.data.version}-${b.data.version}`} a={a.data as Account} b={b.data as Account} />
      )}
    </section>
  )
}

function Choose({ a, b }: { a: Account; b: Account }) {
  const { t } = useTranslation(['data', 'accounts'])
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [winner, setWinner] = useState<'a' | 'b'>('a')
  const custom = useQuery(customFieldsQuery).data ?? []
  const changed = useChangedFields()
  const [picked, setPicked] = useState<Partial<Record<string, 'a' | 'b'>>>({})
  const renew = () => {
    for (const key of ['duplicates', 'account', 'accounts', 'regions', 'selection'])
      void queryClient.invalidateQueries({ queryKey: [key] })
  }
  const [w, l] = winner === 'a' ? [a, b] : [b, a]
  const of = (x: 'a' | 'b') => (x === 'a' ? a : b)
  const own = (key: string) => custom.find((field) => `custom.${field.key}` === key)
  const held = (key: string, x: Account): unknown =>
    isField(key) ? x[key] : x.custom[key.slice('custom.'.length)]
  const empty = (key: string, x: Account) => {
    const value = held(key, x)
    return value === '' || value === null || value === undefined || (value === 0 && isField(key))
  }
  /** What was picked, or else the one that stays, unless only the other has something. */
  const side = (key: string): 'a' | 'b' =>
    picked[key] ?? (empty(key, w) && !empty(key, l) ? (winner === 'a' ? 'b' : 'a') : winner)
  const differing = [
    ...fields,
    ...custom.filter((field) => !field.archived).map((field) => `custom.${field.key}`),
  ].filter((key) => JSON.stringify(held(key, a) ?? null) !== JSON.stringify(held(key, b) ?? null))
  const label = (key: string) =>
    isField(key) ? t(`field.${key === 'ownerId' ? 'owner' : key}`) : changed.label(key)
  const merge = useMutation({
    mutationFn: () =>
      mergeAccounts({
        winnerId: w.id,
        winnerVersion: w.version,
        loserId: l.id,
        loserVersion: l.version,
        fromLoser: differing.filter((key) => side(key) !== winner),
      }),
    onSuccess: (made) => {
      renew()
      toast(t('doubles.merged', { name: made.winner }), () =>
        undoMerge(made.id).then(
          (merge) => {
            renew()
            toast(t(merge.fieldsKept ? 'doubles.undoneKept' : 'doubles.undone', { name: merge.loser }))
          },
          (error) => toastError(problemText(error)),
        ),
      )
    },
    onError: (error) => {
      toastError(problemText(error))
      renew()
    },
  })
  const different = useMutation({
    mutationFn: () => decideDuplicate(a.id, b.id, true),
    onSuccess: () => {
      renew()
      toast(t('doubles.different'), () => decideDuplicate(a.id, b.id, false).then(renew))
    },
    onError: (error) => toastError(problemText(error)),
  })
  const shown = (key: string, x: Account): string => {
    if (empty(key, x)) return '–'
    const field = own(key)
    if (field) {
      const value = held(key, x)
      if (field.type === 'money') return format.money(Number(value))
      const named = (v: unknown) => field.choices.find((choice) => choice.value === v)?.label ?? v
      return changed.value(key, Array.isArray(value) ? value.map(named) : named(value))
    }
    if (key === 'ownerId') return x.ownerName
    if (key === 'status') return t(`accounts:status.${x.status}`)
    if (key === 'revenue' || key === 'potential') return format.money(x[key])
    return String(held(key, x))
  }
  const place = (x: Account) => {
    const site = x.sites[0]
    return site
      ? [`${site.housenumber} ${site.street}`.trim(), site.city].filter(Boolean).join(', ') ||
          site.point.join(', ')
      : '–'
  }
  return (
    <>
      <div className={classes.scroll}>
        <Table verticalSpacing="xs" className={classes.side}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('doubles.stays')}</Table.Th>
              {(['a', 'b'] as const).map((x) => (
                <Table.Th scope="col" key={x}>
                  <Radio
                    name="winner"
                    label={of(x).name}
                    checked={winner === x}
                    onChange={() => setWinner(x)}
                  />
                  <Link to="/accounts/$id" params={{ id: String(of(x).id) }} target="_blank">
                    <Text size="xs">{t('findings.open')}</Text>
                  </Link>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differing.map((key) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" fw={500}>
                  {label(key)}
                </Table.Th>
                {(['a', 'b'] as const).map((x) => (
                  <Table.Td key={x}>
                    <Radio
                      name={key}
                      aria-label={`${label(key)}: ${shown(key, of(x))}`}
                      label={shown(key, of(x))}
                      checked={side(key) === x}
                      onChange={() => setPicked({ ...picked, [key]: x })}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
            <Table.Tr>
              <Table.Th scope="row" fw={500}>
                {t('doubles.place')}
              </Table.Th>
              <Table.Td>{place(a)}</Table.Td>
              <Table.Td>{place(b)}</Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th scope="row" fw={500}>
                {t('doubles.hangs')}
              </Table.Th>
              {[a, b].map((x) => (
                <Table.Td key={x.id}>
                  {t('doubles.sites', { count: x.sites.length })},{' '}
                  {t('doubles.contacts', { count: x.contacts.length })}
                </Table.Td>
              ))}
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </div>
      <Text size="sm" c="dimmed" my="sm">
        {t('doubles.explain')}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" loading={different.isPending} onClick={() => different.mutate()}>
          {t('doubles.notOne')}
        </Button>
        <Button loading={merge.isPending} onClick={() => merge.mutate()}>
          {t('doubles.merge')}
        </Button>
      </Group>
    </>
  )
}

function Merges() {
  const { t } = useTranslation('data')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { data = [] } = useQuery(mergesQuery)
  const undo = useMutation({
    mutationFn: undoMerge,
    onSuccess: (merge) => {
      for (const key of ['duplicates', 'account', 'accounts'])
        void queryClient.invalidateQueries({ queryKey: [key] })
      toast(t(merge.fieldsKept ? 'doubles.undoneKept' : 'doubles.undone', { name: merge.loser }))
    },
    onError: (error) => toastError(problemText(error)),
  })
  if (data.length === 0) return null
  return (
    <section className={imports.part} aria-labelledby="merges">
      <Title order={2} id="merges" mb="xs">
        {t('doubles.merges')}
      </Title>
      <ul className={imports.list}>
        {data.map((merge) => (
          <li key={merge.id} className={imports.line}>
            <span>
              {t('doubles.line', { loser: merge.loser, winner: merge.winner })}
              <span className={classes.detail}>
                {[format.dateTime(merge.mergedAt), merge.mergedBy].filter(Boolean).join(' · ')}
              </span>
            </span>
            {merge.undoneAt ? (
              <Badge variant="default">{t('state.undone')}</Badge>
            ) : (
              <Button
                size="compact-sm"
                variant="default"
                disabled={undo.isPending}
                aria-label={t('doubles.undoOf', { loser: merge.loser, winner: merge.winner })}
                onClick={() => undo.mutate(merge.id)}
              >
                {t('doubles.undo')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
