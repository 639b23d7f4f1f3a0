/** A control for the value of a field: custom fields of an account, "set" for many accounts. */
import { MultiSelect, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMe } from '../api/queries'
import { useFormat } from '../i18n/format'
import type { FieldType } from './types'
import type { Choice } from './useWords'

type Props = {
  label: string
  type: FieldType
  choices?: Choice[]
  value: unknown
  onChange: (value: unknown) => void
  disabled?: boolean
  required?: boolean
  error?: string | null
  /** Only those choices: nothing of one's own. */
  closed?: boolean
  classNames?: { input?: string; label?: string }
  autoFocus?: boolean
  /** Inside of a popover, which a click elsewhere would close. */
  withinPortal?: boolean
}

const keyOf = (value: unknown) => JSON.stringify(value ?? null)

export function FieldInput({
  type,
  choices = [],
  value,
  onChange,
  disabled,
  required,
  closed,
  autoFocus,
  withinPortal = true,
  ...look
}: Props) {
  const { t } = useTranslation('filters')
  const format = useFormat()
  const { organisation } = useMe()
  const shared = {
    ...look,
    withAsterisk: required,
    readOnly: disabled,
    'data-autofocus': autoFocus || undefined,
    placeholder: '–',
  }
  const empty = value === null || value === undefined
  switch (type) {
    case 'number':
    case 'money': {
      const parts = new Intl.NumberFormat(format.locale).formatToParts(12345.6)
      return (
        <NumberInput
          {...shared}
          hideControls
          decimalScale={6}
          thousandSeparator={parts.find((p) => p.type === 'group')?.value ?? ','}
          decimalSeparator={parts.find((p) => p.type === 'decimal')?.value ?? '.'}
          {...(type === 'money' && !empty ? { suffix: ` ${organisation.currency}` } : {})}
          value={empty ? '' : (value as number)}
          onChange={(next) => onChange(next === '' ? null : Number(next))}
        />
      )
    }
    case 'date':
      return (
        <TextInput
          {...shared}
          type="date"
          value={empty ? '' : String(value)}
          onChange={(e) => onChange(e.currentTarget.value || null)}
        />
      )
    case 'boolean':
      return (
        <Select
          {...shared}
          clearable={!required}
          allowDeselect={false}
          data={[
            { value: 'true', label: t('yes') },
            { value: 'false', label: t('no') },
          ]}
          value={empty ? null : String(value)}
          onChange={(next) => onChange(next === null ? null : next === 'true')}
          comboboxProps={{ withinPortal }}
        />
      )
    case 'choice':
      return (
        <Select
          {...shared}
          searchable={choices.length > 8}
          clearable={!required}
          allowDeselect={false}
          data={choices.map((choice) => ({ value: keyOf(choice.value), label: choice.label }))}
          value={empty ? (choices.some((c) => c.value === null) ? keyOf(value) : null) : keyOf(value)}
          onChange={(key) => onChange(key === null ? null : JSON.parse(key))}
          comboboxProps={{ withinPortal }}
        />
      )
    case 'choices':
      return closed ? (
        <MultiSelect
          {...shared}
          searchable
          data={choices.map((choice) => ({ value: String(choice.value), label: choice.label }))}
          value={(empty ? [] : (value as string[])).map(String)}
          onChange={onChange}
          comboboxProps={{ withinPortal }}
        />
      ) : (
        <TagsInput
          {...shared}
          data={choices.map((choice) => choice.label)}
          value={empty ? [] : (value as string[])}
          onChange={onChange}
          maxTags={50}
          comboboxProps={{ withinPortal }}
        />
      )
    default:
      return (
        <TextInput
          {...shared}
          dir="auto"
          maxLength={1000}
          value={empty ? '' : String(value)}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      )
  }
}
