/** How a rep works: the common fields first, the others under "More". */
import {
  Checkbox,
  Collapse,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Point } from '../api/types'
import { useFormat } from '../i18n/format'
import { PlaceField } from './PlaceField'
import { skillsQuery, type WorkingTerms } from './termsQueries'
import { ProfileField } from './WayFields'
import classes from './WorkingTermsFields.module.css'
import { problemOf, usualWeek, withWeekday } from './workingTerms'

const ends = ['start', 'place', 'last_stop'] as const

export function WorkingTermsFields(props: {
  terms: WorkingTerms
  onChange: (terms: WorkingTerms) => void
  /** Of a single day: without weekdays and costs, which mean nothing there. */
  day?: boolean
}) {
  const { terms, onChange, day = false } = props
  const { t } = useTranslation('plan')
  const set = (part: Partial<WorkingTerms>) => onChange({ ...terms, ...part })
  const [more, setMore] = useState(false)
  const wrong = problemOf(terms)
  const place = (point: unknown, address: string) =>
    point ? { point: point as Point, address: address || t('stop.onMap') } : null
  const shown = [
    !day && terms.week.length > 0,
    terms.maxDriveMinutes > 0,
    terms.maxKilometres > 0,
    terms.maxVisits > 0,
    terms.speedPercent !== 100,
    !day && (terms.costPerHour > 0 || terms.costPerKilometre > 0),
    terms.skills.length > 0,
  ].filter(Boolean).length
  return (
    <Stack gap="sm">
      <PlaceField
        label={t('working.start')}
        placeholder={t('form.startNone')}
        value={place(terms.startPoint, terms.startAddress)}
        onChange={(value) =>
          set({ startPoint: value?.point ?? null, startAddress: value?.address.slice(0, 500) ?? '' })
        }
      />
      <Select
        label={t('working.end')}
        data={ends.map((value) => ({ value, label: t(`working.ends.${value}`) }))}
        value={terms.end}
        onChange={(end) => end && set({ end: end as WorkingTerms['end'] })}
        allowDeselect={false}
      />
      {terms.end === 'place' && (
        <PlaceField
          label={t('working.endPlace')}
          value={place(terms.endPoint, terms.endAddress)}
          onChange={(value) =>
            set({ endPoint: value?.point ?? null, endAddress: value?.address.slice(0, 500) ?? '' })
          }
        />
      )}
      <Group grow align="start">
        <TextInput
          type="time"
          label={t('form.workStart')}
          value={terms.workStart}
          onChange={(event) => set({ workStart: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label={t('form.workEnd')}
          value={terms.workEnd}
          onChange={(event) => set({ workEnd: event.currentTarget.value })}
          error={wrong === 'hoursWrong' ? t('form.hoursWrong') : undefined}
        />
      </Group>
      <Group grow align="start">
        <Count
          label={t('form.lunch')}
          most={180}
          step={15}
          value={terms.lunchMinutes}
          onChange={(lunchMinutes) => set({ lunchMinutes })}
        />
        <TextInput
          type="time"
          label={t('working.lunchEarliest')}
          disabled={terms.lunchMinutes === 0}
          value={terms.lunchEarliest}
          onChange={(event) => set({ lunchEarliest: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label={t('working.lunchLatest')}
          disabled={terms.lunchMinutes === 0}
          value={terms.lunchLatest}
          onChange={(event) => set({ lunchLatest: event.currentTarget.value })}
          error={wrong === 'lunchWrong' ? t('working.lunchWrong') : undefined}
        />
      </Group>
      <ProfileField value={terms.profile ?? 'car'} onChange={(profile) => set({ profile })} />
      <button type="button" className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
        <span>
          {shown > 0 ? t('working.moreSet', { count: shown }) : t(day ? 'working.moreDay' : 'working.more')}
        </span>
        <IconChevronDown size={18} aria-hidden style={{ flex: 'none', rotate: more ? '180deg' : '0deg' }} />
      </button>
      <Collapse expanded={more}>
        <Stack gap="sm">
          {!day && <Week terms={terms} onChange={onChange} />}
          <Group grow align="start">
            <Count
              label={t('working.maxDrive')}
              none={t('working.noLimit')}
              most={1440}
              step={30}
              value={terms.maxDriveMinutes}
              onChange={(maxDriveMinutes) => set({ maxDriveMinutes })}
            />
            <Count
              label={t('working.maxKilometres')}
              none={t('working.noLimit')}
              most={2000}
              step={50}
              value={terms.maxKilometres}
              onChange={(maxKilometres) => set({ maxKilometres })}
            />
            <Count
              label={t('working.maxVisits')}
              none={t('working.noLimit')}
              most={200}
              value={terms.maxVisits}
              onChange={(maxVisits) => set({ maxVisits })}
            />
          </Group>
          <Group grow align="start">
            <NumberInput
              label={t('working.speed')}
              min={50}
              max={150}
              step={5}
              allowDecimal={false}
              suffix=" %"
              value={terms.speedPercent}
              onChange={(value) => set({ speedPercent: Number(value) || 0 })}
              error={wrong === 'speedWrong' ? t('working.speedWrong') : undefined}
            />
            {!day && (
              <>
                <Cost
                  label={t('working.costHour')}
                  value={terms.costPerHour}
                  most={10_000}
                  onChange={(costPerHour) => set({ costPerHour })}
                />
                <Cost
                  label={t('working.costKilometre')}
                  value={terms.costPerKilometre}
                  most={1000}
                  onChange={(costPerKilometre) => set({ costPerKilometre })}
                />
              </>
            )}
          </Group>
          <SkillsInput
            label={t('working.skills')}
            description={t('working.skillsHint')}
            value={terms.skills}
            onChange={(skills) => set({ skills })}
          />
        </Stack>
      </Collapse>
      {wrong && ['endMissing', 'timeMissing', 'weekWrong'].includes(wrong) && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {t(`working.${wrong as 'endMissing' | 'timeMissing' | 'weekWrong'}`)}
        </Text>
      )}
    </Stack>
  )
}

function Week({ terms, onChange }: { terms: WorkingTerms; onChange: (terms: WorkingTerms) => void }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const on = terms.week.length > 0
  return (
    <div>
      <Switch
        label={t('working.byWeekday')}
        checked={on}
        onChange={(event) =>
          onChange({ ...terms, week: event.currentTarget.checked ? usualWeek(terms) : [] })
        }
      />
      {on && (
        <fieldset className={classes.week}>
          <legend className={classes.legend}>{t('working.weekdays')}</legend>
          {[1, 2, 3, 4, 5, 6, 7].map((weekday) => {
            const day = terms.week.find((each) => each.weekday === weekday)
            // The 23rd of November 2026 was a Monday.
            const name = new Intl.DateTimeFormat(format.locale, { weekday: 'long', timeZone: 'UTC' }).format(
              new Date(`2026-11-${22 + weekday}T12:00:00Z`),
            )
            const change = (part: { from?: string; to?: string }) =>
              onChange({
                ...terms,
                week: terms.week.map((each) => (each.weekday === weekday ? { ...each, ...part } : each)),
              })
            return (
              <div key={weekday} className={classes.weekday}>
                <Checkbox
                  label={name}
                  checked={day !== undefined}
                  disabled={day !== undefined && terms.week.length === 1}
                  onChange={(event) => onChange(withWeekday(terms, weekday, event.currentTarget.checked))}
                />
                {day ? (
                  <span className={classes.hours}>
                    <TextInput
                      type="time"
                      size="xs"
                      aria-label={t('working.fromOn', { day: name })}
                      value={day.from}
                      onChange={(event) => change({ from: event.currentTarget.value })}
                    />
                    <TextInput
                      type="time"
                      size="xs"
                      aria-label={t('working.toOn', { day: name })}
                      value={day.to}
                      onChange={(event) => change({ to: event.currentTarget.value })}
                    />
                  </span>
                ) : (
                  <Text size="xs" c="dimmed">
                    {t('working.off')}
                  </Text>
                )}
              </div>
            )
          })}
        </fieldset>
      )}
    </div>
  )
}

/** A whole number; 0 is empty where it stands for none. */
function Count(props: {
  label: string
  value: number
  most: number
  step?: number
  none?: string
  onChange: (value: number) => void
}) {
  const { label, value, most, step, none, onChange } = props
  return (
    <NumberInput
      label={label}
      min={0}
      max={most}
      step={step ?? 1}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="strict"
      {...(none ? { placeholder: none } : {})}
      value={none && value === 0 ? '' : value}
      onChange={(next) => onChange(Number(next) || 0)}
    />
  )
}

function Cost(props: { label: string; value: number; most: number; onChange: (value: number) => void }) {
  const { t } = useTranslation('plan')
  return (
    <NumberInput
      label={props.label}
      min={0}
      max={props.most}
      decimalScale={2}
      allowNegative={false}
      clampBehavior="strict"
      placeholder={t('working.likeOthers')}
      value={props.value === 0 ? '' : props.value}
      onChange={(next) => props.onChange(Number(next) || 0)}
    />
  )
}

/** Names of skills, with those that are known already offered. */
export function SkillsInput(props: {
  label: string
  description?: string
  value: string[]
  onChange: (skills: string[]) => void
}) {
  const { data = [] } = useQuery(skillsQuery)
  return (
    <TagsInput
      label={props.label}
      {...(props.description ? { description: props.description } : {})}
      data={data}
      value={props.value}
      onChange={(skills) => props.onChange(skills.map((skill) => skill.trim().slice(0, 60)).filter(Boolean))}
      maxTags={20}
      splitChars={[',', ';']}
      acceptValueOnBlur
    />
  )
}
