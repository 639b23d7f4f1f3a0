import { Alert, Avatar, Button, Chip, Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, usersQuery } from '../api/queries'
import type { Account } from '../api/types'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { ActivityEntry } from './ActivityEntry'
import { ActivityForm } from './ActivityForm'
import { ChangedFields, useChangeTitle } from './ChangeEntry'
import { kindIcons } from './kinds'
import {
  type ActivityKind,
  activityKinds,
  type TimelineItem,
  type TimelineKind,
  timelineKinds,
  timelineQuery,
  useActivities,
} from './queries'
import classes from './Timeline.module.css'

/** What happened with an account, and where one writes what happens. */
export function TimelinePart({ account }: { account: Account }) {
  const { t } = useTranslation(['timeline', 'common'])
  const problemText = useProblemText()
  const mayWrite = useMay('activities.write')
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })
  const [kinds, setKinds] = useState<TimelineKind[]>([])
  const [person, setPerson] = useState(0)
  const line = useInfiniteQuery(timelineQuery(account.id, kinds, person))
  const items = line.data?.pages.flatMap((page) => page.items) ?? []

  return (
    <section className={classes.timeline} aria-labelledby="timeline">
      <Title order={2} id="timeline" className={classes.hidden}>
        {t('title')}
      </Title>
      {mayWrite && account.archivedAt === null && <Composer account={account} />}
      <Group gap={6} my="sm" role="group" aria-label={t('filter')}>
        <Chip.Group multiple value={kinds} onChange={(next) => setKinds(next as TimelineKind[])}>
          {timelineKinds.map((kind) => (
            <Chip key={kind} value={kind} size="xs" variant="outline">
              {t(`kinds.${kind}`)}
            </Chip>
          ))}
        </Chip.Group>
        {(users.data?.length ?? 0) > 1 && (
          <Select
            size="xs"
            w={150}
            aria-label={t('byPerson')}
            placeholder={t('byPerson')}
            clearable
            searchable
            data={(users.data ?? []).map((u) => ({ value: String(u.id), label: u.name }))}
            value={person ? String(person) : null}
            onChange={(id) => setPerson(id ? Number(id) : 0)}
          />
        )}
      </Group>
      {line.error && (
        <Alert color="red" role="alert" title={t('failed')}>
          <Text size="sm" mb="xs">
            {problemText(line.error)}
          </Text>
          <Button size="xs" onClick={() => void line.refetch()}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {line.isPending && (
        <Stack aria-busy>
          <Skeleton height={48} />
          <Skeleton height={48} />
          <Skeleton height={48} />
        </Stack>
      )}
      {line.data && items.length === 0 && (
        <Text c="dimmed" size="sm" py="md">
          {kinds.length > 0 || person ? t('noMatch') : t('none')}
        </Text>
      )}
      <ol className={classes.items} aria-label={t('title')}>
        {items.map((item) => (
          <Line key={item.key} item={item} account={account} />
        ))}
      </ol>
      {line.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          fullWidth
          loading={line.isFetchingNextPage}
          onClick={() => void line.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </section>
  )
}

function Line({ item, account }: { item: TimelineItem; account: Account }) {
  const { t } = useTranslation('timeline')
  const format = useFormat()
  const title = useChangeTitle()
  const Icon = kindIcons[item.kind]
  const { activity, change } = item
  const who =
    (activity
      ? activity.authorName
      : change?.keyName
        ? `${change.userName} (${change.keyName})`
        : change?.userName) || t('program')
  return (
    <li className={classes.item} data-kind={item.kind}>
      <span className={classes.icon} aria-hidden>
        <Icon size={15} stroke={1.8} />
      </span>
      <div className={classes.body}>
        <Text size="xs" className={classes.head}>
          <b>{who}</b>{' '}
          <span className={classes.dim}>
            {activity ? t(`wrote.${activity.kind as ActivityKind}`) : change ? title(change) : ''}
          </span>{' '}
          <time dateTime={item.at} className={classes.dim} title={format.dateTime(item.at)}>
            {format.dateTime(item.at)}
          </time>
          {activity && activity.version > 1 && activity.editedByName && (
            <span className={classes.dim}> · {t('edited', { name: activity.editedByName })}</span>
          )}
        </Text>
        {activity && <ActivityEntry activity={activity} contacts={account.contacts} />}
        {change && <ChangedFields change={change} brief />}
      </div>
    </li>
  )
}

function Composer({ account }: { account: Account }) {
  const { t } = useTranslation('timeline')
  const [kind, setKind] = useState<ActivityKind>('note')
  const { create } = useActivities()
  return (
    <div className={classes.composer}>
      <Group gap={4} mb="xs" role="group" aria-label={t('newEntry')}>
        {activityKinds.map((k) => {
          const Icon = kindIcons[k]
          return (
            <Button
              key={k}
              size="compact-sm"
              variant={kind === k ? 'light' : 'subtle'}
              color={kind === k ? undefined : 'gray'}
              aria-pressed={kind === k}
              leftSection={<Icon size={15} aria-hidden />}
              onClick={() => setKind(k)}
            >
              {t(`kind.${k}`)}
            </Button>
          )
        })}
      </Group>
      <ActivityForm
        key={kind}
        kind={kind}
        contacts={account.contacts}
        saving={create.isPending}
        onSave={(fields, saved) =>
          create.mutate({ accountId: account.id, kind, ...fields }, { onSuccess: saved })
        }
      />
    </div>
  )
}

/** The first letters of a name in a circle. */
export function Initials({ name }: { name: string }) {
  return <Avatar size={26} radius="xl" name={name} color="initials" aria-hidden />
}
