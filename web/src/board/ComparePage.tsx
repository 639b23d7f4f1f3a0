/** Two plans side by side: totals, each rep, and the visits that change hands or days. */
import {
  Anchor,
  Button,
  Group,
  SegmentedControl,
  Skeleton,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconArrowLeft, IconArrowsExchange, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import classes from './ComparePage.module.css'
import { useNames } from './names'
import { compareQuery } from './queries'
import { useSigned } from './Rating'
import type { Comparison, LaneTotals, PlanHead, Totals } from './types'

export function ComparePage() {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { a, b } = useSearch({ from: '/signed-in/plans/compare' })
  const { data, error, refetch } = useQuery({
    ...compareQuery(a ?? 0, b ?? 0),
    enabled: a !== undefined && b !== undefined,
  })
  return (
    <div className={classes.page}>
      <Button
        renderRoot={(props) =>
          a === undefined ? (
            <Link to="/plans" {...props} />
          ) : (
            <Link to="/plans/$id" params={{ id: String(a) }} {...props} />
          )
        }
        variant="subtle"
        size="compact-sm"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
        className={classes.back ?? ''}
      >
        {t('compare.back')}
      </Button>
      <Title order={1}>{t('compare.title')}</Title>
      {(a === undefined || b === undefined) && <Text mt="md">{t('compare.choose')}</Text>}
      {error && !data && (
        <Group mt="md" role="alert">
          <Text>{problemText(error)}</Text>
          <Button size="sm" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </Group>
      )}
      {!data && !error && a !== undefined && b !== undefined && <Skeleton height={260} mt="lg" aria-busy />}
      {data && <Compared data={data} />}
    </div>
  )
}

function PlanName({ head, letter }: { head: PlanHead; letter: 'A' | 'B' }) {
  const { t } = useTranslation('board')
  const { t: plan } = useTranslation('plan')
  const names = useNames()
  return (
    <span className={classes.planName}>
      <span className={classes.letter} aria-hidden>
        {letter}
      </span>
      <span>
        <Anchor
          renderRoot={(props) => <Link to="/plans/$id" params={{ id: String(head.id) }} {...props} />}
          c="inherit"
          fw={600}
        >
          {head.name}
        </Anchor>
        <span className={classes.quiet}>{names.range(head.fromDay, head.toDay)}</span>
        <span className={classes.quiet}>
          {[t(`preset.${head.preset}`), ...(head.byHour ? [plan('way.followsHour')] : [])].join(' · ')}
        </span>
      </span>
    </span>
  )
}

type Line = {
  key: string
  name: string
  a: number
  b: number
  kind: 'number' | 'duration' | 'distance'
  more?: boolean
}

function Compared({ data }: { data: Comparison }) {
  const { t } = useTranslation('board')
  const { a, b } = data
  const line = (key: keyof Totals, kind: Line['kind'], more = false): Line => ({
    key,
    name: t(`total.${key as 'visits'}`),
    a: a.totals[key],
    b: b.totals[key],
    kind,
    more,
  })
  const lines = [
    line('visits', 'number', true),
    line('unplanned', 'number'),
    line('mandatoryMissed', 'number'),
    line('driveSeconds', 'duration'),
    line('driveMetres', 'distance'),
    line('visitSeconds', 'duration', true),
    line('waitingSeconds', 'duration'),
    line('overtimeSeconds', 'duration'),
    line('violations', 'number'),
  ]
  return (
    <>
      <div className={classes.cards}>
        <section aria-labelledby="compare-totals" className={classes.card}>
          <Title order={2} id="compare-totals">
            {t('compare.totals')}
          </Title>
          <div className={classes.wide}>
            <Table fz="sm" verticalSpacing={7}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Td />
                  <Table.Th>
                    <PlanName head={a.plan} letter="A" />
                  </Table.Th>
                  <Table.Th>
                    <PlanName head={b.plan} letter="B" />
                  </Table.Th>
                  <Table.Th ta="right">{t('compare.difference')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {lines.map((each) => (
                  <Row key={each.key} line={each} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </section>
        <section aria-labelledby="compare-reps" className={classes.card}>
          <Title order={2} id="compare-reps">
            {t('compare.reps')}
          </Title>
          <Reps data={data} />
        </section>
      </div>
      <MovedList data={data} />
    </>
  )
}

function useWritten() {
  const format = useFormat()
  const signed = useSigned()
  const write = { number: format.number, duration: format.duration, distance: format.distance }
  const change = { number: signed.number, duration: signed.duration, distance: signed.distance }
  const least = { number: 1, duration: 30, distance: 50 }
  return (line: Pick<Line, 'a' | 'b' | 'kind' | 'more'>) => {
    const by = line.b - line.a
    const worth = Math.abs(by) >= least[line.kind]
    return {
      a: write[line.kind](line.a),
      b: write[line.kind](line.b),
      change: worth ? change[line.kind](by) : '–',
      tone: worth ? (by > 0 === (line.more ?? false) ? 'better' : 'worse') : undefined,
    }
  }
}

function Row({ line }: { line: Line }) {
  const written = useWritten()(line)
  return (
    <Table.Tr data-line={line.key}>
      <Table.Th scope="row" fw={450}>
        {line.name}
      </Table.Th>
      <Table.Td className={classes.figure}>{written.a}</Table.Td>
      <Table.Td className={classes.figure}>{written.b}</Table.Td>
      <Table.Td className={classes.change} data-tone={written.tone}>
        {written.change}
      </Table.Td>
    </Table.Tr>
  )
}

function Reps({ data }: { data: Comparison }) {
  const { t } = useTranslation('board')
  const written = useWritten()
  const cell = (of: keyof LaneTotals, kind: Line['kind'], rep: Comparison['byRep'][number], more = false) => {
    const words = written({ a: rep.a[of], b: rep.b[of], kind, more })
    return (
      <Table.Td className={classes.pair}>
        <span>
          {words.a} → {words.b}
        </span>
        <span className={classes.change} data-tone={words.tone}>
          {words.change}
        </span>
      </Table.Td>
    )
  }
  return (
    <div className={classes.wide}>
      <Table fz="sm" verticalSpacing={7}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('publish.rep')}</Table.Th>
            <Table.Th ta="right">{t('total.visits')}</Table.Th>
            <Table.Th ta="right">{t('total.driveSeconds')}</Table.Th>
            <Table.Th ta="right">{t('total.overtimeSeconds')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.byRep.map((rep) => (
            <Table.Tr key={rep.repId} data-rep={rep.repId}>
              <Table.Th scope="row" fw={450}>
                {rep.repName}
              </Table.Th>
              {cell('visits', 'number', rep, true)}
              {cell('driveSeconds', 'duration', rep)}
              {cell('overtimeSeconds', 'duration', rep)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

const kinds = ['all', 'hands', 'days', 'in', 'out'] as const
type Kind = (typeof kinds)[number]

/** What became of a visit from the first plan to the second. */
export function kindOf({ a, b }: Comparison['moved'][number]): Exclude<Kind, 'all'> {
  if (!a) return 'in'
  if (!b) return 'out'
  return a.repId === b.repId ? 'days' : 'hands'
}

const most = 200

function MovedList({ data }: { data: Comparison }) {
  const { t } = useTranslation('board')
  const names = useNames()
  const [kind, setKind] = useState<Kind>('all')
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed.trim().toLowerCase())
  const repName = (id: number) => data.byRep.find((rep) => rep.repId === id)?.repName ?? ''
  const place = (at: { repId: number; day: string } | null) =>
    at ? `${names.day(at.day)} · ${repName(at.repId)}` : t('compare.notPlanned')
  const count = (of: Kind) =>
    of === 'all' ? data.moved.length : data.moved.filter((visit) => kindOf(visit) === of).length
  const found = data.moved.filter(
    (visit) =>
      (kind === 'all' || kindOf(visit) === kind) &&
      (wanted === '' || visit.name.toLowerCase().includes(wanted)),
  )
  return (
    <section aria-labelledby="compare-moved" className={classes.card}>
      <Title order={2} id="compare-moved">
        {t('compare.moved', { count: data.moved.length })}
      </Title>
      {data.moved.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('compare.movedNone')}
        </Text>
      ) : (
        <>
          <Group gap="sm" my="sm">
            <SegmentedControl
              size="xs"
              aria-label={t('compare.show')}
              value={kind}
              onChange={(value) => setKind(value as Kind)}
              data={kinds
                .filter((each) => each === 'all' || count(each) > 0)
                .map((each) => ({ value: each, label: t(`compare.kind.${each}`, { count: count(each) }) }))}
            />
            <TextInput
              size="xs"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              placeholder={t('tray.search')}
              aria-label={t('tray.search')}
              leftSection={<IconSearch size={14} aria-hidden />}
            />
          </Group>
          <ul className={classes.moved}>
            {found.slice(0, most).map((visit, i) => (
              <li key={`${visit.siteId}/${visit.a?.day}/${visit.b?.day}/${String(i)}`}>
                <Link to="/accounts/$id" params={{ id: String(visit.accountId) }}>
                  {visit.name}
                </Link>
                <span data-none={!visit.a}>{place(visit.a)}</span>
                <IconArrowsExchange size={15} role="img" aria-label={t('compare.to')} />
                <span data-none={!visit.b}>{place(visit.b)}</span>
              </li>
            ))}
          </ul>
          {found.length > most && (
            <Text size="sm" c="dimmed" mt="xs">
              {t('compare.more', { count: found.length - most })}
            </Text>
          )}
        </>
      )}
    </section>
  )
}
