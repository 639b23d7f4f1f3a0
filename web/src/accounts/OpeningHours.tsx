import { Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Format, useFormat } from '../i18n/format'
import { clockOf, parseHours, type Span, weekdayOf } from './hours'

const dayAndNight = ({ from, to }: Span) => from === 0 && to === 1440

const spansText = (spans: readonly Span[], format: Format, allDay: string) =>
  spans
    .map((s) =>
      dayAndNight(s) ? allDay : `${format.clock(clockOf(s.from))} – ${format.clock(clockOf(s.to))}`,
    )
    .join(', ')

/** Today's hours on one line; what is not understood as it is written. */
export function HoursText({ value }: { value: string }) {
  const { t } = useTranslation('accounts')
  const format = useFormat()
  const week = parseHours(value)
  if (!week) return <Text size="sm">{value}</Text>
  const today = week[weekdayOf(format.today())] ?? []
  return (
    <Text size="sm">
      {today.length > 0
        ? t('hours.today', { hours: spansText(today, format, t('hours.allDay')) })
        : t('hours.closedToday')}
    </Text>
  )
}

/** The week as a small table, equal days joined. */
export function HoursTable({ value }: { value: string }) {
  const { t } = useTranslation('accounts')
  const format = useFormat()
  if (!value) return <Text c="dimmed">{t('hours.unknown')}</Text>
  const week = parseHours(value)
  if (!week) return <Text>{value}</Text>
  const name = new Intl.DateTimeFormat(format.locale, { weekday: 'short', timeZone: 'UTC' })
  const nameOf = (day: number) => name.format(new Date(Date.UTC(2024, 0, 1 + day))) // a Monday
  const runs: { first: number; last: number; text: string }[] = []
  week.forEach((spans, day) => {
    const text = spans.length > 0 ? spansText(spans, format, t('hours.allDay')) : t('hours.closed')
    const last = runs.at(-1)
    if (last?.text === text) last.last = day
    else runs.push({ first: day, last: day, text })
  })
  return (
    <Table
      withRowBorders={false}
      verticalSpacing={2}
      horizontalSpacing={0}
      w="auto"
      aria-label={t('hours.label')}
    >
      <Table.Tbody>
        {runs.map((run) => (
          <Table.Tr key={run.first}>
            <Table.Th scope="row" fw={550} pe="md">
              {run.first === run.last ? nameOf(run.first) : `${nameOf(run.first)} – ${nameOf(run.last)}`}
            </Table.Th>
            <Table.Td>{run.text}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
