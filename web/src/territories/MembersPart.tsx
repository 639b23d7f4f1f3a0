/** Who works in a territory, as what, and from when to when. */
import { ActionIcon, Alert, Button, Group, NativeSelect, Text, TextInput, Title } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, usersQuery } from '../api/queries'
import { useFormat } from '../i18n/format'
import { type MemberInput, setMembers } from './structure'
import classes from './TerritoryDetail.module.css'
import type { Alignment, Member, Territory } from './types'
import type { Edits } from './useEdits'

const roles = ['owner', 'support', 'cover'] as const

const inputOf = ({ userId, role, from, to }: Member): MemberInput => ({ userId, role, from, to })

export function MembersPart(props: { alignment: Alignment; territory: Territory; edits: Edits }) {
  const { alignment, territory, edits } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const format = useFormat()
  const users = (useQuery(usersQuery).data ?? []).filter((user) => user.active)
  const mayWrite = useMay('territories.write')
  const mayEdit = alignment.mayEdit || (mayWrite && alignment.state === 'live')
  const [draft, setDraft] = useState<MemberInput[] | null>(null)
  // The people whom the form began with: others may change them while it is open.
  const [begun, setBegun] = useState('')
  const { members } = territory
  const current = members.map(inputOf)
  const changed = draft !== null && JSON.stringify(current) !== begun
  const begin = () => {
    setBegun(JSON.stringify(current))
    setDraft(current)
  }
  const span = ({ from, to }: Pick<Member, 'from' | 'to'>) =>
    from && to
      ? t('member.fromTo', { from: format.day(from), to: format.day(to) })
      : from
        ? t('member.since', { from: format.day(from) })
        : to
          ? t('member.until', { to: format.day(to) })
          : t('member.always')
  const put = (i: number, by: Partial<MemberInput>) =>
    setDraft((known) => known?.map((each, at) => (at === i ? { ...each, ...by } : each)) ?? null)
  const save = async () => {
    if (!draft) return
    try {
      await edits.send((version) => setMembers(alignment.id, territory.id, version, draft))
      setDraft(null)
    } catch {
      // useEdits has told it, and the form stays.
    }
  }
  return (
    <section className={classes.section} aria-label={t('member.title')}>
      <Group justify="space-between">
        <Title order={3}>{t('member.title')}</Title>
        {mayEdit && !draft && (
          <Button size="compact-xs" variant="subtle" onClick={begin}>
            {t('member.change')}
          </Button>
        )}
      </Group>
      {!draft && members.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('member.none')}
        </Text>
      )}
      {!draft && (
        <ul className={classes.members}>
          {members.map((member) => (
            <li key={`${member.userId} ${member.role} ${member.from}`} data-now={member.now}>
              <strong>{member.name}</strong>
              <span>
                {t(`role.${member.role}`)} · {span(member)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {draft && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          {changed && (
            <Alert color="yellow" role="alert" mb={6} p="xs">
              <Text size="sm">
                {t('member.changed', {
                  names: members.map((each) => `${each.name} (${t(`role.${each.role}`)})`).join(', ') || '–',
                })}
              </Text>
              <Button size="compact-xs" variant="default" mt={6} onClick={begin}>
                {t('member.takeOver')}
              </Button>
            </Alert>
          )}
          {draft.map((member, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a form, without a name of their own
            <fieldset key={i} className={classes.member} aria-label={t('member.number', { number: i + 1 })}>
              <NativeSelect
                aria-label={t('member.who')}
                size="xs"
                value={String(member.userId)}
                data={users.map((user) => ({ value: String(user.id), label: user.name }))}
                onChange={(event) => put(i, { userId: Number(event.currentTarget.value) })}
              />
              <NativeSelect
                aria-label={t('member.role')}
                size="xs"
                value={member.role}
                data={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
                onChange={(event) =>
                  put(i, { role: roles.find((r) => r === event.currentTarget.value) ?? 'owner' })
                }
              />
              <TextInput
                type="date"
                size="xs"
                aria-label={t('member.from')}
                value={member.from ?? ''}
                onChange={(event) => put(i, { from: event.currentTarget.value || null })}
              />
              <TextInput
                type="date"
                size="xs"
                aria-label={t('member.to')}
                value={member.to ?? ''}
                onChange={(event) => put(i, { to: event.currentTarget.value || null })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('member.remove')}
                onClick={() => setDraft(draft.filter((_, at) => at !== i))}
              >
                <IconX size={16} />
              </ActionIcon>
            </fieldset>
          ))}
          <Group gap="xs" mt={6}>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              disabled={users.length === 0 || draft.length >= 50}
              onClick={() =>
                setDraft([
                  ...draft,
                  {
                    userId: users[0]?.id ?? 0,
                    role: draft.some((each) => each.role === 'owner') ? 'support' : 'owner',
                    from: null,
                    to: null,
                  },
                ])
              }
            >
              {t('member.add')}
            </Button>
            <span style={{ flex: 1 }} />
            <Button size="compact-xs" variant="default" onClick={() => setDraft(null)}>
              {common('action.cancel')}
            </Button>
            <Button size="compact-xs" type="submit" loading={edits.busy}>
              {common('action.save')}
            </Button>
          </Group>
        </form>
      )}
    </section>
  )
}
