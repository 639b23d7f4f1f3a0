/** Which days: a week, a month, or from one day to another. */
import { ActionIcon, Group, SegmentedControl, TextInput, Title } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import classes from './NewPeriodPage.module.css'
import { useNames } from './names'
import { lengthOf, monthOf, mostDays, type Period, type PeriodKind, stepped, weekOf } from './period'

export function PeriodFields(props: {
  kind: PeriodKind
  period: Period
  onChange: (kind: PeriodKind, period: Period) => void
}) {
  const { kind, period, onChange } = props
  const { t } = useTranslation('board')
  const format = useFormat()
  const names = useNames()
  const today = format.today()
  const days = lengthOf(period)
  const wrong =
    days === 0 ? t('new.periodWrong') : days > mostDays ? t('new.periodLong', { count: mostDays }) : undefined
  const become = (to: PeriodKind) =>
    onChange(to, to === 'week' ? weekOf(period.from) : to === 'month' ? monthOf(period.from) : period)
  return (
    <section aria-labelledby="new-period">
      <Group justify="space-between" mb={6}>
        <Title order={2} id="new-period" className={classes.title}>
          {t('new.period')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t('new.periodKind')}
          value={kind}
          onChange={(value) => become(value as PeriodKind)}
          data={[
            { value: 'week', label: t('new.week') },
            { value: 'month', label: t('new.month') },
            { value: 'range', label: t('new.range') },
          ]}
        />
      </Group>
      {kind === 'range' ? (
        <Group grow align="start">
          <TextInput
            type="date"
            label={t('new.from')}
            min={today}
            value={period.from}
            onChange={(event) => onChange(kind, { ...period, from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('new.to')}
            min={period.from}
            value={period.to}
            error={wrong}
            onChange={(event) => onChange(kind, { ...period, to: event.currentTarget.value })}
          />
        </Group>
      ) : (
        <div className={classes.row}>
          <ActionIcon
            size={36}
            variant="default"
            aria-label={t('new.earlier')}
            disabled={stepped(kind, period, -1).to < today}
            onClick={() => onChange(kind, stepped(kind, period, -1))}
          >
            <IconChevronLeft size={18} />
          </ActionIcon>
          <span className={classes.range} role="status">
            {kind === 'month' ? names.month(period.from) : names.range(period.from, period.to)}
          </span>
          <ActionIcon
            size={36}
            variant="default"
            aria-label={t('new.later')}
            onClick={() => onChange(kind, stepped(kind, period, 1))}
          >
            <IconChevronRight size={18} />
          </ActionIcon>
        </div>
      )}
    </section>
  )
}
