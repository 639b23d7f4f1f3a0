import { Button, Group, Loader, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { toastError } from '../app/toast'
import { useDoubts } from '../quality/doubts'
import { codeKey } from './findings'
import classes from './Imports.module.css'
import {
  correctRow,
  type Decision,
  type Finding,
  type Import,
  importQuery,
  type RowFindings,
} from './queries'

/** A row with findings: its cells can be corrected, one that resembles an account decided on. */
export function FindingRow({ one, known }: { one: Import; known: RowFindings }) {
  const { t } = useTranslation('data')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [row, setRow] = useState(known)
  const correct = useMutation({
    mutationFn: ({
      values,
      decision,
    }: {
      values: { position: number; value: string }[]
      decision?: Decision
    }) => correctRow(one.id, row.row, values, decision),
    onSuccess: (now) => {
      setRow(now)
      void queryClient.invalidateQueries({ queryKey: importQuery(one.id).queryKey })
    },
    onError: (error) => toastError(problemText(error)),
  })
  const findings = row.findings ?? []
  const alike = findings.some((f) => f.code === 'resembles' || f.code === 'double_row')
  return (
    <div className={classes.row} data-row={row.row}>
      <Text fw={550} size="sm">
        {t('findings.row', { row: row.row })} {correct.isPending && <Loader size="xs" />}
      </Text>
      <div>
        {findings.length === 0 && (
          <Text size="sm" role="status">
            {t('findings.fixed')}
          </Text>
        )}
        {findings.map((finding) => (
          <Fix
            key={`${finding.position}-${finding.code}`}
            one={one}
            finding={finding}
            cell={row.cells?.[finding.position] ?? ''}
            disabled={correct.isPending}
            onValue={(value) => correct.mutate({ values: [{ position: finding.position, value }] })}
          />
        ))}
        {alike && (
          <SegmentedControl
            mt="xs"
            size="xs"
            aria-label={t('findings.decision', { row: row.row })}
            value={row.decision}
            onChange={(decision) => correct.mutate({ values: [], decision: decision as Decision })}
            data={[
              { value: '', label: t('findings.asPlanned') },
              { value: 'skip', label: t('findings.skip') },
              ...(findings.some((f) => f.code === 'resembles')
                ? [{ value: 'update', label: t('findings.update') }]
                : []),
              { value: 'create', label: t('findings.create') },
            ]}
          />
        )}
      </div>
    </div>
  )
}

type FixProps = {
  one: Import
  finding: Finding
  cell: string
  disabled: boolean
  onValue: (value: string) => void
}

function Fix({ one, finding, cell, disabled, onValue }: FixProps) {
  const { t } = useTranslation('data')
  const doubts = useDoubts()
  const [value, setValue] = useState(cell)
  const heading = one.columns[finding.position]?.heading ?? ''
  const says = (
    <Text size="sm" c={finding.severity === 'error' ? 'var(--mantine-color-error)' : undefined}>
      {t(`finding.${codeKey(finding.code)}`, {
        value: finding.value,
        detail:
          finding.code === 'resembles'
            ? reasons(finding.detail, t)
            : finding.code === 'doubtful'
              ? doubts(finding.detail)
              : finding.detail,
      })}{' '}
      {finding.accountId && (
        <Link to="/accounts/$id" params={{ id: String(finding.accountId) }} target="_blank">
          {t('findings.open')}
        </Link>
      )}
    </Text>
  )
  if (heading === '') return says
  const send = () => value !== cell && onValue(value)
  return (
    <div className={classes.fix}>
      <TextInput
        aria-label={heading}
        description={heading}
        inputWrapperOrder={['description', 'input']}
        size="xs"
        value={value}
        disabled={disabled}
        onChange={(e) => setValue(e.currentTarget.value)}
        onBlur={send}
        onKeyDown={(e) => e.key === 'Enter' && send()}
      />
      <div>
        {says}
        {finding.suggestion && (
          <Group gap="xs" mt={4}>
            <Button
              size="compact-xs"
              variant="light"
              disabled={disabled}
              onClick={() => {
                setValue(finding.suggestion)
                onValue(finding.suggestion)
              }}
            >
              {t('findings.use', { value: finding.suggestion })}
            </Button>
          </Group>
        )}
      </div>
    </div>
  )
}

const known = ['name', 'email', 'phone', 'website', 'postcode', 'city', 'place', 'no place'] as const

/** "name, email" in words. */
function reasons(detail: string, t: (key: `same.${(typeof known)[number]}`) => string) {
  return detail
    .split(', ')
    .map((part) => known.find((k) => k === part))
    .filter((part) => part !== undefined)
    .map((part) => t(`same.${part}`))
    .join(', ')
}
