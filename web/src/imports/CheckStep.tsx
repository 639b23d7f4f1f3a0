import { Alert, Button, Chip, Group, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { FindingRow } from './FindingRow'
import { codeKey } from './findings'
import classes from './Imports.module.css'
import { findingsQuery, type Import } from './queries'

/** What the check found, row by row, to be corrected here. */
export function CheckStep({ one, onBack, run }: { one: Import; onBack: () => void; run: ReactNode }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const c = one.counts
  return (
    <>
      <section className={classes.part}>
        <div className={classes.tiles}>
          {(
            [
              ['new', c.new],
              ['updates', c.updates],
              ['skipped', c.skipped],
              ['errors', c.errors],
              ['located', c.located],
              ['unlocated', c.unlocated],
            ] as const
          ).map(([key, amount]) => (
            <div key={key} className={classes.tile}>
              <strong>{format.number(amount)}</strong>
              {t(`check.${key}`)}
            </div>
          ))}
        </div>
        <Group justify="space-between" mt="md">
          <Button variant="default" onClick={onBack}>
            {t('check.back')}
          </Button>
          {run}
        </Group>
      </section>
      <Findings one={one} />
    </>
  )
}

function Findings({ one }: { one: Import }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const problemText = useProblemText()
  const [code, setCode] = useState('')
  const [cursors, setCursors] = useState<string[]>([''])
  const cursor = cursors[cursors.length - 1] ?? ''
  // Corrections change the counts; the list stays under the hands until it is asked for again.
  const [version, setVersion] = useState(one.version)
  const { data, error } = useQuery(findingsQuery(one.id, version, code, cursor))
  const codes = Object.entries(one.counts.byCode ?? {}).sort((a, b) => b[1] - a[1])
  if (codes.length === 0 && (data?.items ?? []).length === 0)
    return (
      <Alert color="teal" role="status">
        {t('check.clean')}
      </Alert>
    )
  return (
    <section className={classes.part} aria-labelledby="findings">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="findings">
          {t('findings.title')}
        </Title>
        <Button
          component="a"
          href={`/api/imports/${one.id}/findings.csv`}
          download={`${one.fileName}-findings.csv`}
          variant="default"
          size="compact-sm"
        >
          {t('findings.download')}
        </Button>
      </Group>
      <Chip.Group
        value={code}
        onChange={(value) => {
          setCode(value as string)
          setCursors([''])
          setVersion(one.version)
        }}
      >
        <Group gap="xs" mb="sm">
          <Chip value="" size="xs">
            {t('findings.all')}
          </Chip>
          {codes.map(([key, amount]) => (
            <Chip key={key} value={key} size="xs">
              {t(`code.${codeKey(key)}`)} · {format.number(amount)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {error && (
        <Alert color="red" role="alert">
          {problemText(error)}
        </Alert>
      )}
      {data?.items?.length === 0 && <Text c="dimmed">{t('findings.none')}</Text>}
      <ul className={classes.list}>
        {(data?.items ?? []).map((row) => (
          <li key={`${row.row}-${version}`}>
            <FindingRow one={one} known={row} />
          </li>
        ))}
      </ul>
      <Group justify="space-between" mt="sm">
        <Button
          variant="default"
          size="compact-sm"
          disabled={cursors.length === 1}
          onClick={() => setCursors(cursors.slice(0, -1))}
        >
          {t('findings.previous')}
        </Button>
        <Button
          variant="default"
          size="compact-sm"
          disabled={!data?.nextCursor}
          onClick={() => data?.nextCursor && setCursors([...cursors, data.nextCursor])}
        >
          {t('findings.next')}
        </Button>
      </Group>
    </section>
  )
}
