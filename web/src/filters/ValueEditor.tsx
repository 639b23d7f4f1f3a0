/** The control for what a condition compares with, by the kind of its field. */
import {
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  ScrollArea,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StatusMark } from '../accounts/Marks'
import type { Coverage, Status } from '../app/search'
import { isBare, opGroup } from './fields'
import { PlaceEditor } from './PlaceEditor'
import { RelationEditor } from './RelationEditor'
import type { Words } from './sentence'
import type { Condition } from './tree'
import type { Field } from './types'
import { useChoices } from './useWords'

export type EditorProps = {
  words: Words
  field: Field
  condition: Condition
  onChange: (condition: Condition) => void
  /** The first control takes the focus. */
  autoFocus?: boolean
}

const units = ['day', 'week', 'month', 'year'] as const
const manyChoices = 8

export function ValueEditor(props: EditorProps) {
  const { field, condition } = props
  if (isBare(condition.op)) return null
  switch (opGroup(field.type)) {
    case 'number':
      return <Numbers {...props} />
    case 'date':
      return <Dates {...props} />
    case 'choice':
      if (field.key === 'relation') return <RelationEditor {...props} />
      return <Choices {...props} />
    case 'segment':
      return <Choices {...props} />
    case 'choices':
      return <Tags {...props} />
    case 'boolean':
      return <YesNo {...props} />
    case 'place':
      return <PlaceEditor {...props} />
    default:
      return <Phrase {...props} />
  }
}

function Phrase({ condition, onChange, autoFocus }: EditorProps) {
  const { t } = useTranslation('filters')
  return (
    <TextInput
      size="xs"
      aria-label={t('value.label')}
      placeholder={t('value.label')}
      data-autofocus={autoFocus}
      maxLength={200}
      value={String(condition.value ?? '')}
      onChange={(e) => onChange({ ...condition, value: e.currentTarget.value })}
    />
  )
}

function Numbers({ words, field, condition, onChange, autoFocus }: EditorProps) {
  const { t } = useTranslation('filters')
  const separators = new Intl.NumberFormat(words.format.locale).formatToParts(12345.6)
  const shared = {
    hideControls: true,
    thousandSeparator: separators.find((p) => p.type === 'group')?.value ?? ',',
    decimalSeparator: separators.find((p) => p.type === 'decimal')?.value ?? '.',
    'data-autofocus': autoFocus,
  }
  if (condition.op === 'between') {
    const [from, to] = pair(condition.value)
    return (
      <Group gap="xs" wrap="nowrap">
        <NumberInput
          size="xs"
          {...shared}
          aria-label={t('value.from')}
          placeholder={t('value.from')}
          value={from as number}
          onChange={(value) => onChange({ ...condition, value: [value, to] })}
        />
        <NumberInput
          size="xs"
          {...shared}
          data-autofocus={undefined}
          aria-label={t('value.to')}
          placeholder={t('value.to')}
          value={to as number}
          onChange={(value) => onChange({ ...condition, value: [from, value] })}
        />
      </Group>
    )
  }
  return (
    <NumberInput
      size="xs"
      {...shared}
      aria-label={field.label}
      placeholder={t('value.label')}
      value={(condition.value ?? '') as number}
      onChange={(value) => onChange({ ...condition, value })}
    />
  )
}

const pair = (value: unknown): [unknown, unknown] => (Array.isArray(value) ? [value[0], value[1]] : ['', ''])

function Dates({ condition, onChange, autoFocus }: EditorProps) {
  const { t } = useTranslation('filters')
  if (['in_last', 'in_next', 'more_than_ago'].includes(condition.op)) {
    const { n = 30, unit = 'day' } = (condition.value ?? {}) as { n?: number; unit?: string }
    return (
      <Group gap="xs" wrap="nowrap">
        <NumberInput
          size="xs"
          aria-label={t('value.number')}
          data-autofocus={autoFocus}
          min={1}
          max={10_000}
          allowDecimal={false}
          allowNegative={false}
          value={n}
          onChange={(value) => onChange({ ...condition, value: { n: Number(value), unit } })}
        />
        <NativeSelect
          size="xs"
          aria-label={t('value.unit')}
          value={unit}
          onChange={(e) => onChange({ ...condition, value: { n, unit: e.currentTarget.value } })}
          data={units.map((value) => ({ value, label: t(`unit.${value}`) }))}
        />
      </Group>
    )
  }
  const day = (value: unknown, label: string, change: (day: string) => void, focus?: boolean) => (
    <TextInput
      size="xs"
      type="date"
      aria-label={label}
      data-autofocus={focus}
      value={typeof value === 'string' ? value : ''}
      onChange={(e) => change(e.currentTarget.value)}
    />
  )
  if (condition.op === 'between') {
    const [from, to] = pair(condition.value)
    return (
      <Group gap="xs" wrap="nowrap">
        {day(from, t('value.from'), (value) => onChange({ ...condition, value: [value, to] }), autoFocus)}
        {day(to, t('value.to'), (value) => onChange({ ...condition, value: [from, value] }))}
      </Group>
    )
  }
  return day(condition.value, t('value.label'), (value) => onChange({ ...condition, value }), autoFocus)
}

function Choices({ words, field, condition, onChange, autoFocus }: EditorProps) {
  const { t } = useTranslation(['filters', 'accounts'])
  const choicesOf = useChoices(words)
  const [text, setText] = useState('')
  const choices = choicesOf(field)
  const chosen: unknown[] = Array.isArray(condition.value) ? condition.value : []
  const wanted = text.trim().toLocaleLowerCase()
  const shown = choices.filter((choice) => choice.label.toLocaleLowerCase().includes(wanted))
  const keyOf = (value: unknown) => JSON.stringify(value)
  if (choices.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('value.none')}
      </Text>
    )
  return (
    <Stack gap="xs">
      {choices.length > manyChoices && (
        <TextInput
          size="xs"
          aria-label={t('value.choose')}
          placeholder={t('value.choose')}
          data-autofocus={autoFocus}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
      )}
      <Checkbox.Group
        aria-label={field.label}
        value={chosen.map(keyOf)}
        onChange={(keys) =>
          onChange({
            ...condition,
            // In the order of the product, not of the clicks.
            value: choices.map((choice) => choice.value).filter((value) => keys.includes(keyOf(value))),
          })
        }
      >
        <ScrollArea.Autosize mah={260} type="auto">
          <Stack gap="sm" p={2}>
            {shown.map((choice, index) => (
              <Checkbox
                key={keyOf(choice.value)}
                value={keyOf(choice.value)}
                data-autofocus={(autoFocus && index === 0) || undefined}
                description={
                  field.key === 'coverage'
                    ? t(`accounts:coverageMeans.${choice.value as Coverage}`)
                    : undefined
                }
                label={field.key === 'status' ? <StatusMark status={choice.value as Status} /> : choice.label}
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Checkbox.Group>
    </Stack>
  )
}

function Tags({ field, condition, onChange, autoFocus }: EditorProps) {
  const { t } = useTranslation('filters')
  const labels = new Map((field.choices ?? []).map(({ value, label }) => [value, label]))
  const values = new Map((field.choices ?? []).map(({ value, label }) => [label, value]))
  const chosen = Array.isArray(condition.value) ? (condition.value as string[]) : []
  return (
    <TagsInput
      size="xs"
      aria-label={field.label}
      placeholder={chosen.length === 0 ? t('value.choose') : ''}
      data-autofocus={autoFocus}
      data={[...values.keys()]}
      value={chosen.map((value) => labels.get(value) ?? value)}
      onChange={(tags) => onChange({ ...condition, value: tags.map((tag) => values.get(tag) ?? tag) })}
      comboboxProps={{ withinPortal: false }}
      maxDropdownHeight={200}
    />
  )
}

function YesNo({ condition, onChange }: EditorProps) {
  const { t } = useTranslation('filters')
  return (
    <SegmentedControl
      aria-label={t('value.label')}
      value={condition.value === '' ? '' : String(condition.value)}
      onChange={(value) => onChange({ ...condition, value: value === 'true' })}
      data={[
        { value: 'true', label: t('yes') },
        { value: 'false', label: t('no') },
      ]}
    />
  )
}
