/** Which visits: what falls due, what is picked by hand, or what was selected on the map. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Skeleton,
  Text,
  Title,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ClassMark } from '../accounts/Marks'
import type { AccountRow, SelectionSummary } from '../api/types'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { sitesQuery } from '../plan/queries'
import classes from './NewPeriodPage.module.css'
import { accountsNamedQuery } from './queries'
import type { Proposals } from './types'
import { useDueWords } from './VisitMenu'

export type Source = 'due' | 'picked' | 'selection'
const reasons = ['overdue', 'due', 'never'] as const
const step = 25

export function PeriodVisits(props: {
  source: Source
  onSource: (source: Source) => void
  picked: number[]
  onPicked: (siteIds: number[]) => void
  andDue: boolean
  onAndDue: (andDue: boolean) => void
  proposals: UseQueryResult<Proposals>
  /** Null when nothing was selected on the map. */
  selection: UseQueryResult<SelectionSummary> | null
  /** Reps and days are known, so that what falls due can be asked for. */
  ready: boolean
  onHover: (siteId: number | null) => void
}) {
  const { source, onSource, picked, onPicked, andDue, onAndDue, proposals, selection, ready, onHover } = props
  const { t } = useTranslation('board')
  return (
    <section aria-labelledby="new-visits">
      <Title order={2} id="new-visits" className={classes.title} mb={6}>
        {t('new.visits')}
      </Title>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('new.visitsKind')}
        value={source}
        onChange={(value) => onSource(value as Source)}
        data={[
          { value: 'due', label: t('new.byDue') },
          { value: 'picked', label: t('new.byHand') },
          { value: 'selection', label: t('new.bySelection') },
        ]}
      />
      {source === 'picked' && <Picked siteIds={picked} onSites={onPicked} />}
      {source === 'selection' && <Selected selection={selection} />}
      {source !== 'due' && (
        <Checkbox
          mt="sm"
          label={t('new.andDue')}
          checked={andDue}
          onChange={(event) => onAndDue(event.currentTarget.checked)}
        />
      )}
      {(source === 'due' || andDue) && <Due proposals={proposals} ready={ready} onHover={onHover} />}
    </section>
  )
}

function Due(props: {
  proposals: UseQueryResult<Proposals>
  ready: boolean
  onHover: (siteId: number | null) => void
}) {
  const { proposals, ready, onHover } = props
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const format = useFormat()
  const problemText = useProblemText()
  const due = useDueWords()
  const [shown, setShown] = useState(step)
  const { data, error, refetch } = proposals
  if (!ready)
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {t('new.dueNotReady')}
      </Text>
    )
  if (error && !data)
    return (
      <Group mt="sm" role="alert">
        <Text size="sm">{problemText(error)}</Text>
        <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
          {common('action.retry')}
        </Button>
      </Group>
    )
  if (!data) return <Skeleton height={62} mt="sm" aria-busy />
  return (
    <>
      <ul className={classes.counts} aria-label={t('new.dueCounts')}>
        {reasons.map((reason) => (
          <li key={reason} data-reason={reason}>
            <strong>{format.number(data.byReason[reason])}</strong>
            {t(`reason.${reason}`)}
          </li>
        ))}
      </ul>
      {data.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('new.nothingDue')}
        </Text>
      ) : (
        <>
          <ul className={classes.preview} aria-label={t('new.preview')}>
            {data.items.slice(0, shown).map((item) => (
              <li
                key={item.siteId}
                onPointerEnter={() => onHover(item.siteId)}
                onPointerLeave={() => onHover(null)}
              >
                <ClassMark value={item.class} />
                <span className={classes.previewText}>
                  <strong>{item.name}</strong>
                  <span>
                    {due(item)}
                    {item.times > 1 && ` · ${t('new.times', { count: item.times })}`}
                  </span>
                </span>
              </li>
            ))}
          </ul>
          {data.items.length > shown && (
            <Button size="compact-sm" variant="subtle" mt={6} onClick={() => setShown(shown + 100)}>
              {t('new.showMore', { count: data.items.length - shown })}
            </Button>
          )}
        </>
      )}
    </>
  )
}

function Picked({ siteIds, onSites }: { siteIds: number[]; onSites: (siteIds: number[]) => void }) {
  const { t } = useTranslation('board')
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed.trim(), 200)
  const { data: rows = [] } = useQuery({ ...accountsNamedQuery(asked), placeholderData: keepPreviousData })
  const { data: known = [] } = useQuery(sitesQuery(siteIds))
  const [added, setAdded] = useState<AccountRow[]>([])
  const bySite = new Map(
    [...known, ...added].flatMap((row) => (row.site ? [[row.site.id, row] as const] : [])),
  )
  const open = rows.filter((row) => row.site && !siteIds.includes(row.site.id))
  return (
    <>
      <Select
        mt="sm"
        aria-label={t('new.search')}
        placeholder={t('new.search')}
        searchable
        searchValue={typed}
        onSearchChange={setTyped}
        value={null}
        onChange={(value) => {
          const row = open.find((row) => String(row.site?.id) === value)
          if (!row?.site) return
          setAdded([...added, row])
          onSites([...siteIds, row.site.id])
          setTyped('')
        }}
        filter={({ options }) => options}
        nothingFoundMessage={asked.length < 2 ? t('new.searchMore') : t('new.searchNone')}
        data={open.map((row) => ({
          value: String(row.site?.id),
          label: [row.name, row.site?.city].filter(Boolean).join(', '),
        }))}
      />
      {siteIds.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {t('new.pickedNone')}
        </Text>
      ) : (
        <ul className={classes.preview} aria-label={t('new.picked')}>
          {siteIds.map((siteId) => {
            const row = bySite.get(siteId)
            const name = row?.name ?? t('new.unknown')
            return (
              <li key={siteId}>
                {row && <ClassMark value={row.class as 'A'} />}
                <span className={classes.previewText}>
                  <strong>{name}</strong>
                  <span>{row?.site?.city}</span>
                </span>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={34}
                  aria-label={t('new.remove', { name })}
                  onClick={() => onSites(siteIds.filter((id) => id !== siteId))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}

function Selected({ selection }: { selection: UseQueryResult<SelectionSummary> | null }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  if (!selection)
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {t('new.selectionNone')}{' '}
        <Link to="/" className={classes.link}>
          {t('new.toMap')}
        </Link>
      </Text>
    )
  const { data, error, refetch } = selection
  if (error && !data)
    return (
      <Group mt="sm" role="alert">
        <Text size="sm">{problemText(error)}</Text>
        <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
          {common('action.retry')}
        </Button>
      </Group>
    )
  if (!data) return <Skeleton height={24} mt="sm" aria-busy />
  const sites = data.siteIds?.length ?? 0
  return (
    <Text size="sm" mt="sm">
      <strong>{t('new.selected', { count: sites })}</strong>{' '}
      {data.total > sites && t('new.withoutPlace', { count: data.total - sites })}
    </Text>
  )
}
