/** The organisation's own fields on the account. */
import { ActionIcon } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Account } from '../api/types'
import { type CustomField, customFieldsQuery } from '../filters/customFields'
import { FieldInput } from '../filters/FieldInput'
import classes from './AccountPage.module.css'
import type { AccountChange } from './conflict'
import { safeLink } from './DetailsPart'
import { QuietField } from './QuietField'
import quiet from './QuietField.module.css'

type Props = { account: Account; save: (change: AccountChange) => void; editable: boolean }

export function CustomFields({ account, save, editable }: Props) {
  const { data } = useQuery(customFieldsQuery)
  return data
    ?.filter((field) => !field.archived)
    .map((field) => (
      <Field
        key={field.key}
        field={field}
        value={account.custom[field.key] ?? null}
        editable={editable}
        onSave={(value) => save({ custom: { [field.key]: value } })}
      />
    ))
}

type FieldProps = {
  field: CustomField
  value: unknown
  editable: boolean
  onSave: (value: unknown) => void
}

function Field(props: FieldProps) {
  const { type } = props.field
  if (type === 'text' || type === 'link') return <Words {...props} />
  return <Other {...props} />
}

function Words({ field, value, editable, onSave }: FieldProps) {
  const { t } = useTranslation(['accounts', 'lists'])
  const text = value === null ? '' : String(value)
  const link = field.type === 'link' ? safeLink(text) : null
  return (
    <QuietField
      className={classes.wide}
      label={field.label}
      value={text}
      disabled={!editable}
      placeholder="–"
      check={(next) => (field.required && next === '' ? t('lists:edit.wrong.needed') : null)}
      onSave={(next) => onSave(next === '' ? null : next)}
      rightSection={
        link && (
          <ActionIcon
            component="a"
            href={link}
            target="_blank"
            rel="noreferrer noopener"
            variant="subtle"
            aria-label={t('card.website')}
          >
            <IconExternalLink size={16} />
          </ActionIcon>
        )
      }
    />
  )
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** What is chosen is saved at once; figures and days when one leaves them or presses enter. */
function Other({ field, value, editable, onSave }: FieldProps) {
  const { t } = useTranslation('lists')
  const [draft, setDraft] = useState<{ value: unknown } | null>(null)
  const typed = ['number', 'money', 'date'].includes(field.type)
  const shown = draft ? draft.value : value
  const missing = field.required && (shown === null || (Array.isArray(shown) && shown.length === 0))
  const finish = () => {
    if (!draft || missing) return
    setDraft(null)
    if (!same(draft.value, value)) onSave(draft.value)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the field inside of it
    <div
      className={field.type === 'choices' ? classes.wide : undefined}
      onBlur={typed ? finish : undefined}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter' && typed) finish()
        else if (event.key === 'Escape') setDraft(null)
      }}
    >
      <FieldInput
        label={field.label}
        type={field.type}
        choices={field.choices}
        closed
        required={field.required}
        disabled={!editable}
        classNames={{ input: quiet.input ?? '', label: quiet.label ?? '' }}
        value={shown}
        error={draft && missing ? t('edit.wrong.needed') : null}
        onChange={(next) => {
          const clean = Array.isArray(next) && next.length === 0 ? null : next
          if (typed || (field.required && clean === null)) setDraft({ value: clean })
          else {
            setDraft(null)
            onSave(clean)
          }
        }}
      />
    </div>
  )
}
