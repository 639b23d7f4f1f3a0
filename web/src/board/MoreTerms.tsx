/** What a plan keeps to beside the reps' own hours: closed until someone wants it. */
import { Chip, Collapse, Group, NumberInput, Select, Stack, Switch, Text } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ByHourField } from '../plan/WayFields'
import classes from './NewPeriodPage.module.css'
import { useNames } from './names'

export type Terms = {
  openingHours: boolean
  /** Drives at the pace of the hour. */
  byHour: boolean
  /** Minutes; null for each rep's own. */
  lunch: number | null
  /** 1 for Monday to 7 for Sunday; null for Monday to Friday and what the reps' own terms name. */
  workingDays: number[] | null
  /** How long to search; 0 for what suits the size. */
  seconds: number
  assignment: 'owner' | 'prefer_owner' | 'any'
}

const assignments = ['owner', 'prefer_owner', 'any'] as const
const searches = [0, 10, 60, 300, 1800]

export function MoreTerms(props: { terms: Terms; onChange: (terms: Terms) => void; team: boolean }) {
  const { terms, onChange, team } = props
  const { t } = useTranslation('board')
  const { t: plan } = useTranslation('plan')
  const names = useNames()
  const [open, setOpen] = useState(false)
  /** A Monday and the days after it, for their names. */
  const weekday = (number: number) => names.weekday(`2026-11-${22 + number}`)
  const days = [...(terms.workingDays ?? [1, 2, 3, 4, 5])].sort((a, b) => a - b)
  return (
    <div>
      <button type="button" className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>
          {[
            days.map(weekday).join(' '),
            t(terms.openingHours ? 'terms.hoursKept' : 'terms.hoursIgnored'),
            ...(terms.byHour ? [plan('way.byHour')] : []),
            ...(team ? [t(`terms.assignment.${terms.assignment}`)] : []),
          ].join(' · ')}
        </span>
        <IconChevronDown size={18} aria-hidden style={{ flex: 'none', rotate: open ? '180deg' : '0deg' }} />
      </button>
      <Collapse expanded={open}>
        <Stack gap="sm" pt="sm">
          <div>
            <Text size="sm" fw={500} mb={4} id="working-days">
              {t('terms.days')}
            </Text>
            <Chip.Group
              multiple
              value={days.map(String)}
              onChange={(values) =>
                values.length > 0 && onChange({ ...terms, workingDays: values.map(Number) })
              }
            >
              <Group gap={6} role="group" aria-labelledby="working-days">
                {[1, 2, 3, 4, 5, 6, 7].map((number) => (
                  <Chip key={number} value={String(number)} size="xs">
                    {weekday(number)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </div>
          {team && (
            <Select
              label={t('terms.assign')}
              data={assignments.map((each) => ({ value: each, label: t(`terms.assignment.${each}`) }))}
              value={terms.assignment}
              onChange={(value) => value && onChange({ ...terms, assignment: value as Terms['assignment'] })}
              allowDeselect={false}
            />
          )}
          <Group grow align="start">
            <NumberInput
              label={t('terms.lunch')}
              placeholder={t('terms.lunchOwn')}
              min={0}
              max={180}
              step={15}
              value={terms.lunch ?? ''}
              onChange={(value) => onChange({ ...terms, lunch: value === '' ? null : Number(value) })}
            />
            <Select
              label={t('terms.search')}
              data={searches.map((seconds) => ({
                value: String(seconds),
                label:
                  seconds === 0
                    ? t('terms.searchAuto')
                    : seconds < 60
                      ? t('head.improveSeconds', { count: seconds })
                      : t('head.improveMinutes', { count: seconds / 60 }),
              }))}
              value={String(terms.seconds)}
              onChange={(value) => onChange({ ...terms, seconds: Number(value) })}
              allowDeselect={false}
            />
          </Group>
          <Switch
            label={t('terms.openingHours')}
            checked={terms.openingHours}
            onChange={(event) => onChange({ ...terms, openingHours: event.currentTarget.checked })}
          />
          <ByHourField
            value={terms.byHour}
            profiles={['car']}
            onChange={(byHour) => onChange({ ...terms, byHour })}
          />
        </Stack>
      </Collapse>
    </div>
  )
}
