/** Every change of the organisation: by whom, of what, when, before and after. */
import { Button, Group, NativeSelect, Select, Skeleton, Text, TextInput, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMay, usersQuery } from '../api/queries'
import { NotFound } from '../app/Fallbacks'
import { LinkAnchor, LinkButton } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { useFormat } from '../i18n/format'
import { ChangedFields, ChangeOrigin } from '../timeline/ChangeEntry'
import type { Change } from '../timeline/queries'
import classes from './AuditPage.module.css'

/** What can be asked for by name; other kinds are shown as they are called. */
const kinds = [
  'accounts',
  'sites',
  'contacts',
  'account_relations',
  'activities',
  'files',
  'exports',
  'users',
  'teams',
  'access_rules',
  'api_keys',
  'webhooks',
] as const

type Asked = { userId: number; record: string; from: string; to: string }

const auditQuery = ({ userId, record, from, to }: Asked) =>
  infiniteQueryOptions({
    queryKey: ['audit', userId, record, from, to],
    queryFn: ({ signal, pageParam }) =>
      call(
        api.GET('/api/audit', {
          params: {
            query: {
              ...(userId ? { userId } : {}),
              ...(record ? { record } : {}),
              ...(from ? { from } : {}),
              ...(to ? { to } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export function AuditPage() {
  return useMay('organisation.manage') ? <Trail /> : <NotFound />
}

function Trail() {
  const { t } = useTranslation(['audit', 'timeline', 'common'])
  const users = useQuery(usersQuery).data ?? []
  const [asked, setAsked] = useState<Asked>({ userId: 0, record: '', from: '', to: '' })
  const trail = useInfiniteQuery(auditQuery(asked))
  const lines = trail.data?.pages.flatMap((page) => page.items) ?? []
  const ask = (part: Partial<Asked>) => setAsked((known) => ({ ...known, ...part }))
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <LinkButton
          to="/settings"
          variant="subtle"
          size="compact-sm"
          leftSection={<IconArrowLeft size={16} aria-hidden />}
        >
          {t('back')}
        </LinkButton>
        <Title order={1}>{t('title')}</Title>
        <Text c="dimmed" mb="md">
          {t('lead')}
        </Text>
        <div className={classes.filter}>
          <Select
            label={t('person')}
            placeholder={t('anyone')}
            searchable
            clearable
            value={asked.userId ? String(asked.userId) : null}
            data={users.map((user) => ({ value: String(user.id), label: user.name }))}
            onChange={(value) => ask({ userId: Number(value ?? 0) })}
          />
          <NativeSelect
            label={t('kind')}
            value={asked.record}
            data={[
              { value: '', label: t('anything') },
              ...kinds.map((kind) => ({ value: kind, label: t(`record.${kind}`) })),
            ]}
            onChange={(e) => ask({ record: e.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('from')}
            value={asked.from}
            max={asked.to || undefined}
            onChange={(e) => ask({ from: e.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('to')}
            value={asked.to}
            min={asked.from || undefined}
            onChange={(e) => ask({ to: e.currentTarget.value })}
          />
        </div>
        {trail.error && !trail.data && (
          <LoadFailed title={t('failed')} error={trail.error} onRetry={trail.refetch} />
        )}
        {trail.isPending && <Skeleton height={320} aria-busy />}
        {trail.data && lines.length === 0 && <Text c="dimmed">{t('none')}</Text>}
        <ol className={classes.lines} aria-label={t('title')}>
          {lines.map((change) => (
            <Line key={change.id} change={change} />
          ))}
        </ol>
        {trail.hasNextPage && (
          <Button
            variant="default"
            fullWidth
            loading={trail.isFetchingNextPage}
            onClick={() => void trail.fetchNextPage()}
          >
            {t('timeline:more')}
          </Button>
        )}
      </div>
    </div>
  )
}

function Line({ change }: { change: Change }) {
  const { t, i18n } = useTranslation(['audit', 'timeline'])
  const format = useFormat()
  const kind = i18n.exists(`audit:record.${change.record}`)
    ? t(`record.${change.record as 'accounts'}`)
    : change.record
  // A line of an account leads to it; one about many names how many.
  const account =
    change.accountId ?? (change.record === 'accounts' && change.records === 1 ? change.recordId : null)
  return (
    <li>
      <Group justify="space-between" gap="xs" align="baseline">
        <Text size="sm">
          <b>{change.userName || t('timeline:program')}</b>{' '}
          {t(`did.${change.action}`, {
            what: kind,
            count: change.records,
            formatted: format.number(change.records),
          })}
        </Text>
        {account !== null && change.action !== 'delete' && (
          <LinkAnchor size="sm" to="/accounts/$id" params={{ id: String(account) }}>
            {t('open')}
          </LinkAnchor>
        )}
      </Group>
      <ChangeOrigin change={change} />
      <ChangedFields change={change} />
    </li>
  )
}
