import { ActionIcon, Anchor, Button, FileButton, Group, Text, Title } from '@mantine/core'
import { IconFile, IconUpload, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Account, Answer } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import classes from './AccountPage.module.css'

type StoredFile = Answer<'listFiles'>['items'][number]

const most = 25 * 1024 * 1024

/** Files and photos of the account; what is taken away can be brought back. */
export function FilesPart({ account, editable }: { account: Account; editable: boolean }) {
  const { t } = useTranslation('record')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const key = ['files', account.id]
  const files = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/accounts/{id}/files', { params: { path: { id: account.id } }, signal })))
        .items,
  })
  const renew = {
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: key })
      void queryClient.invalidateQueries({ queryKey: ['timeline', account.id] })
    },
    onError: (error: Error) => toastError(problemText(error)),
  }
  const upload = useMutation({
    ...renew,
    mutationFn: (file: File) =>
      call(
        api.POST('/api/accounts/{id}/files', {
          params: { path: { id: account.id }, query: { name: file.name || 'file' } },
          // The file goes as it is; the client's types know JSON and forms only.
          body: file as unknown as string,
          bodySerializer: (body) => body as unknown as BodyInit,
          headers: { 'Content-Type': 'application/octet-stream' },
        }),
      ),
  })
  const restore = useMutation({
    ...renew,
    mutationFn: (id: number) => call(api.POST('/api/files/{id}/restore', { params: { path: { id } } })),
  })
  const remove = useMutation({
    ...renew,
    mutationFn: async (file: StoredFile) => {
      await call(api.DELETE('/api/files/{id}', { params: { path: { id: file.id } } }))
      return file
    },
    onSuccess: (file) => toast(t('files.removed', { name: file.name }), () => restore.mutate(file.id)),
  })
  const all = files.data ?? []
  const photos = all.filter((f) => f.width !== null)
  const others = all.filter((f) => f.width === null)
  if (!editable && all.length === 0) return null
  const add = async (chosen: File[]) => {
    for (const file of chosen) {
      if (file.size > most) toastError(t('files.tooLarge', { name: file.name, size: 25 }))
      else await upload.mutateAsync(file).catch(() => {}) // onError has said it
    }
  }
  return (
    <section className={classes.part} aria-labelledby="files">
      <div className={classes.partHead}>
        <Title order={2} id="files">
          {t('files.title')}
        </Title>
        {editable && (
          <FileButton multiple onChange={(chosen) => void add(chosen)}>
            {(props) => (
              <Button
                {...props}
                size="compact-sm"
                variant="light"
                loading={upload.isPending}
                leftSection={<IconUpload size={16} aria-hidden />}
              >
                {t('files.add')}
              </Button>
            )}
          </FileButton>
        )}
      </div>
      {files.error && <Text size="sm">{problemText(files.error)}</Text>}
      {files.data && all.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('files.none')}
        </Text>
      )}
      {photos.length > 0 && (
        <ul className={classes.photos}>
          {photos.map((f) => (
            <li key={f.id}>
              <a href={`/api/files/${f.id}/content`} download={f.name} title={f.name}>
                <img src={`/api/files/${f.id}/thumbnail`} alt={f.name} loading="lazy" />
              </a>
              {editable && (
                <ActionIcon
                  className={classes.photoRemove}
                  size="sm"
                  variant="default"
                  aria-label={t('files.remove', { name: f.name })}
                  onClick={() => remove.mutate(f)}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {others.map((f) => (
        <Group key={f.id} justify="space-between" wrap="nowrap" gap="xs" py={4}>
          <div className={classes.fileName}>
            <Anchor href={`/api/files/${f.id}/content`} download={f.name} size="sm" dir="auto">
              <IconFile size={14} aria-hidden /> {f.name}
            </Anchor>
            <Text size="xs" c="dimmed">
              {format.number(Math.max(0.1, Math.round(f.size / 1024 / 102.4) / 10))} MB ·{' '}
              {format.dateTime(f.createdAt)}
              {f.createdByName && ` · ${f.createdByName}`}
            </Text>
          </div>
          {editable && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('files.remove', { name: f.name })}
              onClick={() => remove.mutate(f)}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
    </section>
  )
}
