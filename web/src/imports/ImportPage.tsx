/** One import, at whatever step it is: mapping, check, run, result. */
import { Alert, Badge, Button, Group, Progress, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PageLoading } from '../app/Fallbacks'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { CheckStep } from './CheckStep'
import { Confirm } from './Confirm'
import { DataFrame } from './DataFrame'
import classes from './Imports.module.css'
import { MappingStep } from './MappingStep'
import {
  cancelImport,
  deleteImport,
  type Import,
  importQuery,
  importsQuery,
  isBusy,
  runImport,
  undoImport,
} from './queries'

export function ImportPage() {
  const { id } = useParams({ from: '/signed-in/data/imports/$id' })
  const { t } = useTranslation('data')
  const problemText = useProblemText()
  const { data, error } = useQuery(importQuery(Number(id)))
  const [again, setAgain] = useState(false)
  if (!data)
    return error ? (
      <DataFrame>
        <Alert color="red" role="alert">
          {problemText(error)}
        </Alert>
      </DataFrame>
    ) : (
      <PageLoading />
    )
  const mapping = data.state === 'mapping' || (data.state === 'checked' && again)
  return (
    <DataFrame>
      <Group justify="space-between">
        <div>
          <Title order={2}>{data.fileName}</Title>
          <Text size="sm" c="dimmed">
            {t('page.columns', { count: data.columns.length })}
          </Text>
        </div>
        <Group gap="xs">
          <Badge variant="default" size="lg">
            {t(`state.${data.state}`)}
          </Badge>
          <Remove one={data} />
        </Group>
      </Group>
      {mapping && <MappingStep one={data} onChecking={() => setAgain(false)} />}
      {isBusy(data.state) && <Busy one={data} />}
      {data.state === 'checked' && !mapping && (
        <CheckStep one={data} onBack={() => setAgain(true)} run={<Run one={data} />} />
      )}
      {['done', 'failed', 'cancelled', 'undone', 'uploading'].includes(data.state) && <Result one={data} />}
    </DataFrame>
  )
}

/** Does something with the import and takes over what it has become. */
function useImportAction(act: () => Promise<Import>) {
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  return useMutation({
    mutationFn: act,
    onSuccess: (one) => {
      queryClient.setQueryData(importQuery(one.id).queryKey, one)
      void queryClient.invalidateQueries({ queryKey: importsQuery.queryKey })
    },
    onError: (error) => {
      toastError(problemText(error))
      void queryClient.invalidateQueries({ queryKey: ['import'] })
    },
  })
}

function Run({ one }: { one: Import }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const run = useImportAction(() => runImport(one.id, one.version))
  const total = one.counts.new + one.counts.updates
  return (
    <Button loading={run.isPending} disabled={total === 0} onClick={() => run.mutate()}>
      {t('check.run', { count: total, amount: format.number(total) })}
    </Button>
  )
}

function Busy({ one }: { one: Import }) {
  const { t } = useTranslation(['data', 'common'])
  const cancel = useImportAction(() => cancelImport(one.id))
  return (
    <section className={classes.part} aria-live="polite">
      <Text fw={550} mb="xs">
        {t(`busy.${one.stage || 'reading'}`)}
      </Text>
      <Progress
        value={100 * one.progress}
        size="lg"
        aria-label={t(`busy.${one.stage || 'reading'}`)}
        mb="sm"
      />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('busy.leave')}
        </Text>
        {one.state !== 'undoing' && (
          <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('common:action.cancel')}
          </Button>
        )}
      </Group>
    </section>
  )
}

function Result({ one }: { one: Import }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const undo = useImportAction(() => undoImport(one.id, one.version))
  const [asking, setAsking] = useState(false)
  const c = one.counts
  const undone = one.state === 'undone'
  const tiles = undone
    ? ([
        ['removed', c.removed],
        ['restored', c.restored],
        ['kept', c.kept],
      ] as const)
    : ([
        ['created', c.created],
        ['updated', c.updated],
        ['same', c.same],
        ['skipped', c.skipped],
      ] as const)
  const written = one.state === 'done' || one.state === 'cancelled' || (one.state === 'failed' && c.rows > 0)
  return (
    <section className={classes.part}>
      <Stack>
        {one.error && (
          <Alert color="red" role="alert" title={t('result.failed')}>
            {one.error}
          </Alert>
        )}
        {one.state === 'cancelled' && <Text>{t('result.cancelled')}</Text>}
        {one.state === 'uploading' && <Text>{t('result.uploading')}</Text>}
        {(one.state === 'done' || undone) && (
          <div className={classes.tiles}>
            {tiles.map(([key, amount]) => (
              <div key={key} className={classes.tile}>
                <strong>{format.number(amount)}</strong>
                {t(`result.${key}`)}
              </div>
            ))}
          </div>
        )}
        {undone && c.kept > 0 && <Text size="sm">{t('result.keptHint')}</Text>}
        {one.state === 'done' && c.doubtful > 0 && (
          <Alert>
            {t('result.doubtful', { count: c.doubtful })} <Link to="/data/places">{t('result.look')}</Link>
          </Alert>
        )}
        {written && (
          <Group>
            <Button component="a" href="/accounts" variant="light">
              {t('result.accounts')}
            </Button>
            <Button variant="default" loading={undo.isPending} onClick={() => setAsking(true)}>
              {t('result.undo')}
            </Button>
            {asking && (
              <Confirm
                title={t('result.undoTitle')}
                text={t('result.undoText')}
                confirm={t('result.undo')}
                keep={t('result.keep')}
                onConfirm={() => undo.mutate()}
                onClose={() => setAsking(false)}
              />
            )}
          </Group>
        )}
      </Stack>
    </section>
  )
}

function Remove({ one }: { one: Import }) {
  const { t } = useTranslation('data')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteImport(one.id),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: importsQuery.queryKey })
      toast(t('page.removed', { name: one.fileName }))
      void navigate({ to: '/data/imports' })
    },
    onError: (error) => toastError(problemText(error)),
  })
  if (isBusy(one.state)) return null
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        loading={remove.isPending}
        onClick={() => setAsking(true)}
      >
        {t('page.remove')}
      </Button>
      {asking && (
        <Confirm
          title={t('page.remove')}
          text={t(one.state === 'done' ? 'page.removeDone' : 'page.removeText')}
          confirm={t('page.remove')}
          keep={t('page.keep')}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
