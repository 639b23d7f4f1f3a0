import {
  Alert,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Modal,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMe } from '../api/queries'
import type { Answer } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import classes from './SettingsPage.module.css'

type Scope = Answer<'listKeys'>['items'][number]['scopes'][number]

const keysKey = ['keys']

/** API keys: what programs use instead of a password. */
export function KeysPart() {
  const { t } = useTranslation(['record', 'common'])
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [adding, setAdding] = useState(false)
  const keys = useQuery({
    queryKey: keysKey,
    queryFn: async ({ signal }) => (await call(api.GET('/api/keys', { signal }))).items,
  })
  const remove = useMutation({
    mutationFn: (id: number) => call(api.DELETE('/api/keys/{id}', { params: { path: { id } } })),
    onSuccess: () => toast(t('keys.ended')),
    onError: (error) => toastError(problemText(error)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysKey }),
  })
  return (
    <section className={classes.part} aria-labelledby="keys">
      <div className={classes.head}>
        <Title order={2} id="keys">
          {t('keys.title')}
        </Title>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {t('keys.add')}
        </Button>
      </div>
      <Text c="dimmed" size="sm">
        {t('keys.lead')}
      </Text>
      {keys.error && <Alert color="red">{problemText(keys.error)}</Alert>}
      {(keys.data?.length ?? 0) > 0 && (
        <div className={classes.scroll}>
          <Table miw={560} verticalSpacing="xs" mt="sm">
            <Table.Tbody>
              {keys.data?.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Th scope="row" fw={550}>
                    {key.name}
                    <Text size="xs" c="dimmed" fw={400}>
                      {key.hint}… · {key.userName}
                    </Text>
                  </Table.Th>
                  <Table.Td>
                    <Text size="xs">{key.scopes.join(', ')}</Text>
                    <Text size="xs" c="dimmed">
                      {key.expiresAt
                        ? t('keys.until', { when: format.dateTime(key.expiresAt) })
                        : t('keys.noEnd')}{' '}
                      ·{' '}
                      {key.lastUsedAt
                        ? t('keys.used', { when: format.dateTime(key.lastUsedAt) })
                        : t('keys.unused')}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t('keys.endOf', { name: key.name })}
                      onClick={() => remove.mutate(key.id)}
                    >
                      {t('keys.end')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {adding && <NewKey onClose={() => setAdding(false)} />}
    </section>
  )
}

function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['record', 'common'])
  const me = useMe()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<string[]>(['accounts.read'])
  const [until, setUntil] = useState('')
  const create = useMutation({
    mutationFn: () =>
      call(
        api.POST('/api/keys', {
          body: {
            name: name.trim(),
            scopes: scopes as Scope[],
            expiresAt: until ? new Date(`${until}T23:59:59`).toISOString() : null,
          },
        }),
      ),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: keysKey }),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('keys.add')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      {create.data ? (
        <Secret text={create.data.key} lead={t('keys.once')} onClose={onClose} />
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
              label={t('keys.name')}
              data-autofocus
              maxLength={200}
              value={name}
              onChange={(e) => setName(e.currentTarget.value)}
            />
            <Checkbox.Group label={t('keys.scopes')} value={scopes} onChange={setScopes}>
              <Stack gap={6} mt={6}>
                {me.permissions.map((p) => (
                  <Checkbox key={p} value={p} label={p} />
                ))}
              </Stack>
            </Checkbox.Group>
            <TextInput
              label={t('keys.expires')}
              type="date"
              value={until}
              onChange={(e) => setUntil(e.currentTarget.value)}
            />
            <Group justify="end">
              <Button variant="default" onClick={onClose}>
                {t('common:action.cancel')}
              </Button>
              <Button type="submit" loading={create.isPending} disabled={!name.trim() || scopes.length === 0}>
                {t('keys.create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}

/** A secret that is shown this once. */
export function Secret({ text, lead, onClose }: { text: string; lead: string; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common'])
  return (
    <Stack>
      <Text size="sm">{lead}</Text>
      <Code block>{text}</Code>
      <Group justify="end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t('keys.copied') : t('keys.copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>{t('common:action.close')}</Button>
      </Group>
    </Stack>
  )
}
