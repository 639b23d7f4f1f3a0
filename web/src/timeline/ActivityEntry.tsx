import { ActionIcon, Badge, Button, Checkbox, Group, Menu, Text } from '@mantine/core'
import { IconDots, IconMessage } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe } from '../api/queries'
import type { Contact } from '../api/types'
import { useFormat } from '../i18n/format'
import { ActivityForm } from './ActivityForm'
import { MentionArea } from './MentionArea'
import { withMentions } from './mentions'
import { type Activity, type ActivityKind, useActivities } from './queries'
import { RichText } from './RichText'
import classes from './Timeline.module.css'

const knownOutcomes = ['reached', 'not_reached', 'met', 'missed', 'ordered', 'follow_up'] as const
type KnownOutcome = (typeof knownOutcomes)[number]

export function useOutcome() {
  const { t } = useTranslation('timeline')
  return (outcome: string) =>
    (knownOutcomes as readonly string[]).includes(outcome) ? t(`outcome.${outcome as KnownOutcome}`) : outcome
}

/** The day of a task and how it stands. */
export function DueBadge({ task }: { task: Activity }) {
  const { t } = useTranslation('timeline')
  const format = useFormat()
  if (task.doneAt)
    return (
      <Badge size="sm" variant="light" color="gray">
        {t('task.doneBy', {
          name: task.doneByName || task.authorName,
          when: format.relativeDay(task.doneAt.slice(0, 10)),
        })}
      </Badge>
    )
  if (!task.dueOn) return null
  const late = task.dueOn < format.today()
  return (
    <Badge size="sm" variant={late ? 'filled' : 'light'} color={late ? 'red' : undefined}>
      {task.dueOn === format.today()
        ? t('task.dueToday')
        : t('task.dueWhen', { when: format.relativeDay(task.dueOn) })}
    </Badge>
  )
}

export function TaskCheck({ task, disabled }: { task: Activity; disabled?: boolean }) {
  const { t } = useTranslation('timeline')
  const { complete, reopen } = useActivities()
  return (
    <Checkbox
      radius="xl"
      disabled={disabled || complete.isPending || reopen.isPending}
      aria-label={t(task.doneAt ? 'task.reopen' : 'task.complete', { subject: task.subject })}
      checked={task.doneAt !== null}
      onChange={() => (task.doneAt ? reopen.mutate(task.id) : complete.mutate(task.id))}
    />
  )
}

/** One activity with its comments. */
export function ActivityEntry({ activity, contacts }: { activity: Activity; contacts: readonly Contact[] }) {
  const { t } = useTranslation('timeline')
  const format = useFormat()
  const me = useMe()
  const mayWrite = useMay('activities.write')
  const mayAll = useMay('accounts.assign')
  const outcome = useOutcome()
  const { update, comment, remove } = useActivities()
  const [editing, setEditing] = useState(false)
  const [replying, setReplying] = useState(false)
  const [reply, setReply] = useState('')
  const people = useRef(new Map<string, number>())
  const mine =
    activity.authorId === me.user.id ||
    (activity.kind === 'task' && activity.assigneeId === me.user.id) ||
    mayAll
  const facts = [
    activity.direction && t(`direction.${activity.direction}`),
    activity.contactName,
    activity.minutes ? format.duration(activity.minutes * 60) : '',
    activity.outcome && outcome(activity.outcome),
    activity.kind === 'task' && activity.assigneeName && t('task.for', { name: activity.assigneeName }),
  ].filter(Boolean)

  if (editing)
    return (
      <ActivityForm
        kind={activity.kind as ActivityKind}
        activity={activity}
        contacts={contacts}
        saving={update.isPending}
        onCancel={() => setEditing(false)}
        onSave={(fields) =>
          update.mutate(
            {
              id: activity.id,
              version: activity.version,
              ...fields,
              happenedAt: fields.happenedAt ?? undefined,
            },
            { onSuccess: () => setEditing(false) },
          )
        }
      />
    )

  const send = () => {
    if (!reply.trim()) return
    comment.mutate(
      { id: activity.id, body: withMentions(reply, people.current) },
      {
        onSuccess: () => {
          setReply('')
          people.current = new Map()
          setReplying(false)
        },
      },
    )
  }

  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <div className={classes.grow}>
          {activity.kind === 'task' ? (
            <Group gap="xs" wrap="nowrap" align="start">
              <TaskCheck task={activity} disabled={!mayWrite || !mine} />
              <Text size="sm" fw={600} td={activity.doneAt ? 'line-through' : undefined} dir="auto">
                {activity.subject}
              </Text>
              <DueBadge task={activity} />
            </Group>
          ) : (
            activity.subject && (
              <Text size="sm" fw={600} dir="auto">
                {activity.subject}
              </Text>
            )
          )}
          {facts.length > 0 && (
            <Text size="xs" c="dimmed">
              {facts.join(' · ')}
            </Text>
          )}
          {activity.body && <RichText text={activity.body} />}
        </div>
        {mayWrite && (
          <Group gap={2} wrap="nowrap" className={classes.tools}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('reply')}
              onClick={() => setReplying(!replying)}
            >
              <IconMessage size={16} />
            </ActionIcon>
            {mine && (
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon variant="subtle" color="gray" aria-label={t('actions')}>
                    <IconDots size={16} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => setEditing(true)}>{t('edit')}</Menu.Item>
                  <Menu.Item onClick={() => remove.mutate(activity)}>{t('remove')}</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </Group>
        )}
      </Group>
      {(activity.comments ?? []).map((c) => (
        <div key={c.id} className={classes.comment}>
          <Group gap="xs" justify="space-between" wrap="nowrap">
            <Text size="xs">
              <b>{c.authorName || t('program')}</b>{' '}
              <span className={classes.dim}>{format.dateTime(c.createdAt)}</span>
            </Text>
            {mayWrite && (c.authorId === me.user.id || mayAll) && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => remove.mutate({ ...c })}>
                {t('remove')}
              </Button>
            )}
          </Group>
          <RichText text={c.body} />
        </div>
      ))}
      {replying && (
        <form
          className={classes.comment}
          onSubmit={(e) => {
            e.preventDefault()
            send()
          }}
        >
          <MentionArea
            label={t('commentText')}
            placeholder={t('commentText')}
            value={reply}
            onChange={setReply}
            people={people.current}
            onSubmit={send}
            autoFocus
            minRows={1}
          />
          <Group justify="end" mt={6}>
            <Button size="compact-sm" type="submit" loading={comment.isPending} disabled={!reply.trim()}>
              {t('send')}
            </Button>
          </Group>
        </form>
      )}
    </>
  )
}
