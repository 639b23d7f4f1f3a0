/** Imports: drop a file above, what was imported below. */
import { Alert, Badge, Button, FileButton, Progress, Text, Title } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { DataFrame } from './DataFrame'
import classes from './Imports.module.css'
import { type Import, importQuery, importsQuery, isBusy } from './queries'
import { mostBytes, uploadFile } from './upload'

export function ImportsPage() {
  return (
    <DataFrame>
      <Drop />
      <History />
    </DataFrame>
  )
}

function Drop() {
  const { t } = useTranslation('data')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<number | null>(null)
  const [wrong, setWrong] = useState('')

  const take = async (file: File | null | undefined) => {
    if (!file || sent !== null) return
    if (file.size === 0 || file.size > mostBytes) {
      setWrong(t(file.size === 0 ? 'drop.empty' : 'drop.large'))
      return
    }
    setWrong('')
    setSent(0)
    try {
      const made = await uploadFile(file, { onProgress: setSent })
      queryClient.setQueryData(importQuery(made.id).queryKey, made)
      void queryClient.invalidateQueries({ queryKey: importsQuery.queryKey })
      void navigate({ to: '/data/imports/$id', params: { id: String(made.id) } })
    } catch (error) {
      setWrong(problemText(error))
      setSent(null)
      void queryClient.invalidateQueries({ queryKey: importsQuery.queryKey })
    }
  }
  return (
    <section
      className={classes.drop}
      data-over={over}
      aria-labelledby="drop"
      onDragOver={(e) => {
        e.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault()
        setOver(false)
        void take(e.dataTransfer.files[0])
      }}
    >
      <IconFileImport size={32} stroke={1.5} aria-hidden />
      <Title order={2} id="drop">
        {t('drop.title')}
      </Title>
      <Text size="sm" c="dimmed" maw="34rem">
        {t('drop.hint')}
      </Text>
      {sent === null ? (
        <FileButton accept=".csv,.tsv,.txt,.xlsx" onChange={(file) => void take(file)}>
          {(props) => <Button {...props}>{t('drop.choose')}</Button>}
        </FileButton>
      ) : (
        <Progress value={100 * sent} w="20rem" maw="100%" aria-label={t('drop.sending')} />
      )}
      {wrong && (
        <Alert color="red" role="alert" w="100%" maw="34rem">
          {wrong}
        </Alert>
      )}
    </section>
  )
}

function History() {
  const { t } = useTranslation(['data', 'common'])
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(importsQuery)
  return (
    <section className={classes.part} aria-labelledby="history">
      <Title order={2} id="history" mb="xs">
        {t('history.title')}
      </Title>
      {error && !data && (
        <Alert color="red" role="alert">
          <Text size="sm" mb="xs">
            {problemText(error)}
          </Text>
          <Button size="xs" onClick={() => void refetch()}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('history.none')}
        </Text>
      )}
      <ul className={classes.list}>
        {(data ?? []).map((one) => (
          <li key={one.id}>
            <Line one={one} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Line({ one }: { one: Import }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const { created, updated } = one.counts
  return (
    <Link to="/data/imports/$id" params={{ id: String(one.id) }} className={classes.line}>
      <span>
        <strong>{one.fileName}</strong>
        <span className={classes.detail}>
          {[format.dateTime(one.createdAt), one.createdBy].filter(Boolean).join(' · ')}
        </span>
      </span>
      <span style={{ textAlign: 'right' }}>
        <Badge variant="default">{t(`state.${one.state}`)}</Badge>
        {(one.state === 'done' || isBusy(one.state)) && (
          <span className={classes.detail}>
            {one.state === 'done'
              ? t('history.figures', { created: format.number(created), updated: format.number(updated) })
              : `${Math.round(100 * one.progress)} %`}
          </span>
        )}
      </span>
    </Link>
  )
}
