import { Button, Group, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe, usersQuery } from '../api/queries'
import type { Body, Contact } from '../api/types'
import { MentionArea } from './MentionArea'
import { withMentions, withoutMentions } from './mentions'
import type { Activity, ActivityKind } from './queries'
import classes from './Timeline.module.css'

export type ActivityFields = Omit<Body<'createActivity'>, 'accountId' | 'kind'>

const outcomes = ['reached', 'not_reached', 'met', 'missed', 'ordered', 'follow_up'] as const

/** RFC 3339 as the value of a field for date and time, in the browser's zone, and back. */
const toLocal = (at: string | null | undefined) => {
  if (!at) return ''
  const d = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}
const fromLocal = (text: string) => (text ? new Date(text).toISOString() : null)

/** The fields of one kind of activity, new or to be changed. */
export function ActivityForm({
  kind,
  activity,
  contacts = [],
  saving,
  onSave,
  onCancel,
}: {
  kind: ActivityKind
  activity?: Activity
  contacts?: readonly Contact[]
  saving: boolean
  onSave: (fields: ActivityFields, saved: () => void) => void
  onCancel?: () => void
}) {
  const { t } = useTranslation(['timeline', 'common'])
  const me = useMe()
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead && kind === 'task' })
  const known = withoutMentions(activity?.body ?? '')
  const people = useRef(known.people)
  const start = {
    subject: activity?.subject ?? '',
    body: known.text,
    direction: activity?.direction ?? ('' as '' | 'in' | 'out'),
    outcome: activity?.outcome ?? '',
    minutes: activity?.minutes ? String(activity.minutes) : '',
    contactId: activity?.contactId ?? null,
    happenedAt: activity ? toLocal(activity.happenedAt) : '',
    assigneeId: activity ? activity.assigneeId : me.user.id,
    dueOn: activity?.dueOn ?? '',
    remindAt: toLocal(activity?.remindAt),
  }
  const [fields, setFields] = useState(start)
  const set = (part: Partial<typeof start>) => setFields((now) => ({ ...now, ...part }))
  const task = kind === 'task'
  const needed = task ? fields.subject.trim() : kind === 'note' ? fields.body.trim() : 'nothing'
  const submit = () => {
    if (!needed || saving) return
    onSave(
      {
        subject: fields.subject.trim(),
        body: withMentions(fields.body, people.current),
        ...(kind === 'call' || kind === 'mail' ? { direction: fields.direction } : {}),
        ...(kind === 'call' || kind === 'visit' || kind === 'meeting'
          ? { outcome: fields.outcome, minutes: fields.minutes === '' ? null : Number(fields.minutes) }
          : {}),
        ...(task
          ? {
              assigneeId: fields.assigneeId,
              dueOn: fields.dueOn || null,
              remindAt: fromLocal(fields.remindAt),
            }
          : {}),
        ...(!task && fields.happenedAt ? { happenedAt: fromLocal(fields.happenedAt) ?? undefined } : {}),
        contactId: fields.contactId,
      },
      () => {
        people.current = new Map()
        setFields({
          ...start,
          subject: '',
          body: '',
          minutes: '',
          outcome: '',
          happenedAt: '',
          dueOn: '',
          remindAt: '',
        })
      },
    )
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {kind !== 'note' && (
        <TextInput
          mb="xs"
          aria-label={task ? t('task.subject') : t('form.subject')}
          placeholder={task ? t('task.subject') : t('form.subject')}
          maxLength={300}
          value={fields.subject}
          onChange={(e) => set({ subject: e.currentTarget.value })}
        />
      )}
      <MentionArea
        label={t(`body.${kind}`)}
        placeholder={t(`body.${kind}`)}
        value={fields.body}
        onChange={(body) => set({ body })}
        people={people.current}
        onSubmit={submit}
        minRows={kind === 'note' ? 3 : 2}
      />
      <div className={classes.more}>
        {(kind === 'call' || kind === 'mail') && (
          <Select
            size="xs"
            label={t('form.direction')}
            data={[
              { value: 'out', label: t('direction.out') },
              { value: 'in', label: t('direction.in') },
            ]}
            value={fields.direction || null}
            clearable
            onChange={(direction) => set({ direction: (direction ?? '') as '' | 'in' | 'out' })}
          />
        )}
        {(kind === 'call' || kind === 'visit') && (
          <Select
            size="xs"
            label={t('form.outcome')}
            clearable
            data={outcomes
              .filter((o) =>
                kind === 'call' ? o !== 'met' && o !== 'missed' : o !== 'reached' && o !== 'not_reached',
              )
              .map((value) => ({ value, label: t(`outcome.${value}`) }))}
            value={fields.outcome || null}
            onChange={(outcome) => set({ outcome: outcome ?? '' })}
          />
        )}
        {(kind === 'call' || kind === 'visit' || kind === 'meeting') && (
          <TextInput
            size="xs"
            label={t('form.minutes')}
            type="number"
            min={0}
            max={1440}
            value={fields.minutes}
            onChange={(e) => set({ minutes: e.currentTarget.value })}
          />
        )}
        {kind !== 'note' && contacts.length > 0 && (
          <Select
            size="xs"
            label={t('form.contact')}
            clearable
            searchable={contacts.length > 8}
            data={contacts.map((c) => ({ value: String(c.id), label: c.name }))}
            value={fields.contactId ? String(fields.contactId) : null}
            onChange={(id) => set({ contactId: id ? Number(id) : null })}
          />
        )}
        {!task && kind !== 'note' && (
          <TextInput
            size="xs"
            label={t('form.when')}
            type="datetime-local"
            value={fields.happenedAt}
            onChange={(e) => set({ happenedAt: e.currentTarget.value })}
          />
        )}
        {task && (
          <>
            <Select
              size="xs"
              label={t('task.assignee')}
              searchable
              allowDeselect={false}
              data={(users.data ?? [me.user])
                .filter((u) => u.active || u.id === fields.assigneeId)
                .map((u) => ({ value: String(u.id), label: u.id === me.user.id ? t('task.me') : u.name }))}
              value={fields.assigneeId ? String(fields.assigneeId) : null}
              onChange={(id) => set({ assigneeId: id ? Number(id) : null })}
            />
            <TextInput
              size="xs"
              label={t('task.due')}
              type="date"
              value={fields.dueOn}
              onChange={(e) => set({ dueOn: e.currentTarget.value })}
            />
            <TextInput
              size="xs"
              label={t('task.remind')}
              type="datetime-local"
              value={fields.remindAt}
              onChange={(e) => set({ remindAt: e.currentTarget.value })}
            />
          </>
        )}
      </div>
      <Group justify="end" gap="xs" mt="sm">
        {onCancel && (
          <Button size="xs" variant="default" onClick={onCancel}>
            {t('common:action.cancel')}
          </Button>
        )}
        <Button size="xs" type="submit" loading={saving} disabled={!needed}>
          {activity ? t('common:action.save') : t(`add.${kind}`)}
        </Button>
      </Group>
    </form>
  )
}
