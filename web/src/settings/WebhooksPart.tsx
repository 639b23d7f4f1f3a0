import {
  Alert,
  Badge,
  Button,
  Group,
  Modal,
  MultiSelect,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Answer } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { Secret } from './KeysPart'
import classes from './SettingsPage.module.css'

type Webhook = Answer<'listWebhooks'>['items'][number]

const key = ['webhooks']

/** Addresses of programs that are told of what changes, with what was sent to them. */
export function WebhooksPart() {
  const { t } = useTranslation('record')
  const problemText = useProblemText()
  const [adding, setAdding] = useState(false)
  const hooks = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call(api.GET('/api/webhooks', { signal })),
  })
  return (
    <section className={classes.part} aria-labelledby="webhooks">
      <div className={classes.head}>
        <Title order={2} id="webhooks">
          {t('webhooks.title')}
        </Title>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {t('webhooks.add')}
        </Button>
      </div>
      <Text c="dimmed" size="sm" mb="sm">
        {t('webhooks.lead')}
      </Text>
      {hooks.error && <Alert color="red">{problemText(hooks.error)}</Alert>}
      <Stack>
        {hooks.data?.items.map((hook) => (
          <Hook key={hook.id} hook={hook} />
        ))}
      </Stack>
      {adding && hooks.data && <NewWebhook events={hooks.data.events} onClose={() => setAdding(false)} />}
    </section>
  )
}

function Hook({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('record')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [open, setOpen] = useState(false)
  const done = {
    onError: (error: Error) => toastError(problemText(error)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: key }),
  }
  const path = { id: hook.id }
  const update = useMutation({
    ...done,
    mutationFn: (active: boolean) =>
      call(api.PATCH('/api/webhooks/{id}', { params: { path }, body: { active } })),
  })
  const remove = useMutation({
    ...done,
    mutationFn: () => call(api.DELETE('/api/webhooks/{id}', { params: { path } })),
    onSuccess: () => toast(t('webhooks.removed')),
  })
  const ping = useMutation({
    ...done,
    mutationFn: () => call(api.POST('/api/webhooks/{id}/ping', { params: { path } })),
    onSuccess: () => setOpen(true),
  })
  return (
    <div>
      <Group justify="space-between" align="start" gap="xs">
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Text fw={550}>{hook.url}</Text>
          <Text size="xs" c="dimmed">
            {hook.events.join(', ')}
          </Text>
          {(hook.failed > 0 || hook.waiting > 0) && (
            <Text size="xs" c={hook.failed > 0 ? 'var(--mantine-color-error)' : 'dimmed'}>
              {t('webhooks.state', { waiting: hook.waiting, failed: hook.failed })}
            </Text>
          )}
        </div>
        <Group gap="xs">
          <Switch
            aria-label={t('webhooks.activeOf', { url: hook.url })}
            checked={hook.active}
            onChange={(e) => update.mutate(e.currentTarget.checked)}
          />
          <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('webhooks.log')}
          </Button>
          <Button size="compact-sm" variant="default" loading={ping.isPending} onClick={() => ping.mutate()}>
            {t('webhooks.ping')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => remove.mutate()}>
            {t('webhooks.remove')}
          </Button>
        </Group>
      </Group>
      {open && <Log hook={hook} />}
    </div>
  )
}

const colours = { waiting: 'yellow', delivered: 'green', failed: 'red' } as const

function Log({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('record')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const logKey = ['webhooks', hook.id, 'log']
  const log = useQuery({
    queryKey: logKey,
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/webhooks/{id}/deliveries', { params: { path: { id: hook.id } }, signal })))
        .items,
    refetchInterval: 5_000,
  })
  const resend = useMutation({
    mutationFn: (deliveryId: number) =>
      call(
        api.POST('/api/webhooks/{id}/deliveries/{deliveryId}/resend', {
          params: { path: { id: hook.id, deliveryId } },
        }),
      ),
    onError: (error) => toastError(problemText(error)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: logKey }),
  })
  if (log.data?.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="xs">
        {t('webhooks.nothingSent')}
      </Text>
    )
  return (
    <Stack gap={4} mt="xs">
      {log.data?.map((d) => (
        <Group key={d.id} justify="space-between" gap="xs" wrap="nowrap">
          <Text size="xs">
            {format.dateTime(d.createdAt)} · {d.event}
            {d.status !== null && ` · ${d.status}`}
            {d.state !== 'delivered' && d.answer && ` · ${d.answer.slice(0, 120)}`}
          </Text>
          <Group gap={6} wrap="nowrap">
            <Badge size="xs" variant="light" color={colours[d.state]}>
              {t(`webhooks.states.${d.state}`)}
            </Badge>
            <Button size="compact-xs" variant="subtle" onClick={() => resend.mutate(d.id)}>
              {t('webhooks.resend')}
            </Button>
          </Group>
        </Group>
      ))}
    </Stack>
  )
}

function NewWebhook({ events, onClose }: { events: string[]; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common'])
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [url, setUrl] = useState('https://')
  const [wanted, setWanted] = useState<string[]>(['account.*'])
  const create = useMutation({
    mutationFn: () => call(api.POST('/api/webhooks', { body: { url: url.trim(), events: wanted } })),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: key }),
  })
  const groups = [...new Set(events.map((e) => `${e.split('.')[0]}.*`))]
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('webhooks.add')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      {create.data ? (
        <Secret text={create.data.secret} lead={t('webhooks.once')} onClose={onClose} />
      ) : (
        <form
          onSubmit={(e) => {
            e.preventDefault()
            create.mutate()
          }}
        >
          <Stack>
            {create.error && <Alert color="red">{problemText(create.error)}</Alert>}
            <TextInput
              label={t('webhooks.url')}
              inputMode="url"
              data-autofocus
              value={url}
              onChange={(e) => setUrl(e.currentTarget.value)}
            />
            <MultiSelect
              label={t('webhooks.events')}
              searchable
              data={[...groups, ...events]}
              value={wanted}
              onChange={setWanted}
            />
            <Group justify="end">
              <Button variant="default" onClick={onClose}>
                {t('common:action.cancel')}
              </Button>
              <Button type="submit" loading={create.isPending} disabled={wanted.length === 0}>
                {t('webhooks.create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
