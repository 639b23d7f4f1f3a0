import { Badge, Button, Group, Select, Stack, Switch, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { toastError } from '../app/toast'
import classes from './Imports.module.css'
import {
  checkImport,
  type Import,
  type ImportPlan,
  importFieldsQuery,
  importQuery,
  type Reading,
  readImport,
} from './queries'

/** How the file is read, and what each of its columns fills. */
export function MappingStep({ one, onChecking }: { one: Import; onChecking: () => void }) {
  // Another reading has other columns: begin with the guesses anew.
  return <Mapping key={JSON.stringify([one.reading, one.columns.length])} one={one} onChecking={onChecking} />
}

function Mapping({ one, onChecking }: { one: Import; onChecking: () => void }) {
  const { t } = useTranslation('data')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { data: fields = [] } = useQuery(importFieldsQuery)
  const [plan, setPlan] = useState<ImportPlan>(one.plan)
  const mapping = plan.mapping ?? []
  const options = useMemo(
    () =>
      (['account', 'site', 'contact', 'custom'] as const).flatMap((group) => {
        const items = fields
          .filter((f) => f.group === group)
          .map((f) => ({ value: f.key, label: f.label || t(`field.${f.key as 'name'}`) }))
        return items.length > 0 ? [{ group: t(`group.${group}`), items }] : []
      }),
    [fields, t],
  )
  const check = useMutation({
    mutationFn: () => checkImport(one.id, one.version, plan),
    onSuccess: (now) => {
      queryClient.setQueryData(importQuery(now.id).queryKey, now)
      onChecking()
    },
    onError: (error) => toastError(problemText(error)),
  })
  const assign = (column: number, key: string) =>
    // A field is filled by one column: it moves here.
    setPlan({
      ...plan,
      mapping: mapping.map((known, i) => (i === column ? key : known === key && key !== '' ? '' : known)),
    })
  const named = ['name', 'externalId', 'id'].some((key) => mapping.includes(key))
  return (
    <>
      <ReadingPart one={one} />
      <section className={classes.part} aria-labelledby="mapping">
        <Group justify="space-between" mb="xs">
          <Title order={2} id="mapping">
            {t('mapping.title')}
          </Title>
          {one.remembered && <Badge variant="light">{t('mapping.remembered')}</Badge>}
        </Group>
        <div className={classes.scroll}>
          <Table verticalSpacing="xs" miw={560}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('mapping.column')}</Table.Th>
                <Table.Th scope="col">{t('mapping.samples')}</Table.Th>
                <Table.Th scope="col">{t('mapping.field')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {one.columns.map((column, i) => (
                <Table.Tr key={column.heading}>
                  <Table.Th scope="row" fw={550}>
                    {column.heading}
                  </Table.Th>
                  <Table.Td>
                    <span className={classes.samples}>
                      {(column.samples ?? []).join(' · ') || t('mapping.empty')}
                    </span>
                  </Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={t('mapping.fieldOf', { column: column.heading })}
                      placeholder={t('mapping.ignored')}
                      data={options}
                      value={mapping[i] || null}
                      onChange={(key) => assign(i, key ?? '')}
                      searchable
                      clearable
                      clearButtonProps={{ 'aria-label': t('mapping.clear', { column: column.heading }) }}
                      size="sm"
                      w={230}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </section>
      <section className={classes.part} aria-labelledby="options">
        <Title order={2} id="options" mb="sm">
          {t('options.title')}
        </Title>
        <Stack gap="sm">
          <Select
            label={t('options.duplicates')}
            description={t('options.duplicatesHint')}
            allowDeselect={false}
            maw={420}
            data={(['skip', 'update', 'create'] as const).map((value) => ({
              value,
              label: t(`options.${value}`),
            }))}
            value={plan.duplicates}
            onChange={(value) => setPlan({ ...plan, duplicates: (value ?? 'skip') as 'skip' })}
          />
          <Switch
            label={t('options.lenient')}
            description={t('options.lenientHint')}
            checked={plan.lenient}
            onChange={(e) => setPlan({ ...plan, lenient: e.currentTarget.checked })}
          />
          <Switch
            label={t('options.locate')}
            description={t('options.locateHint')}
            checked={plan.locate}
            onChange={(e) => setPlan({ ...plan, locate: e.currentTarget.checked })}
          />
        </Stack>
        <Group justify="flex-end" mt="md">
          {!named && (
            <Text size="sm" c="dimmed">
              {t('mapping.needsName')}
            </Text>
          )}
          <Button loading={check.isPending} disabled={!named} onClick={() => check.mutate()}>
            {t('mapping.check')}
          </Button>
        </Group>
      </section>
    </>
  )
}

function ReadingPart({ one }: { one: Import }) {
  const { t } = useTranslation('data')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { format, encoding, separator, sheet, sheets, headings } = one.reading
  const read = useMutation({
    mutationFn: (change: Partial<Reading>) =>
      readImport(one.id, { encoding, separator, sheet, headings, ...change }),
    onSuccess: (now) => queryClient.setQueryData(importQuery(now.id).queryKey, now),
    onError: (error) => toastError(problemText(error)),
  })
  const known = [',', ';', '\t', '|'] as const
  return (
    <section className={classes.part} aria-label={t('reading.title')}>
      <Group align="flex-end">
        {format === 'csv' ? (
          <>
            <Select
              label={t('reading.separator')}
              allowDeselect={false}
              w={150}
              disabled={read.isPending}
              data={[...new Set([...known, separator])].map((value) => ({
                value,
                label: value === '\t' ? t('reading.tab') : value,
              }))}
              value={separator}
              onChange={(value) => value && read.mutate({ separator: value })}
            />
            <Select
              label={t('reading.encoding')}
              allowDeselect={false}
              w={210}
              disabled={read.isPending}
              data={[
                { value: 'utf-8', label: 'UTF-8' },
                { value: 'windows-1252', label: 'Windows-1252 / Latin-1' },
                { value: 'utf-16le', label: 'UTF-16 LE' },
                { value: 'utf-16be', label: 'UTF-16 BE' },
              ]}
              value={encoding}
              onChange={(value) => value && read.mutate({ encoding: value as 'utf-8' })}
            />
          </>
        ) : (
          <Select
            label={t('reading.sheet')}
            allowDeselect={false}
            w={240}
            disabled={read.isPending}
            data={sheets ?? []}
            value={sheet}
            onChange={(value) => value && read.mutate({ sheet: value })}
          />
        )}
        <Switch
          mb={8}
          label={t('reading.headings')}
          checked={headings}
          disabled={read.isPending}
          onChange={(e) => read.mutate({ headings: e.currentTarget.checked })}
        />
      </Group>
    </section>
  )
}
