import { ActionIcon, NumberInput, TagsInput, Title } from '@mantine/core'
import { IconExternalLink, IconMail, IconPhone } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../api/queries'
import type { Account } from '../api/types'
import { useFormat } from '../i18n/format'
import classes from './AccountPage.module.css'
import { CustomFields } from './CustomFields'
import type { AccountChange } from './conflict'
import { QuietField } from './QuietField'
import quiet from './QuietField.module.css'

type Props = { account: Account; save: (change: AccountChange) => void; editable: boolean }

/** http(s) addresses only; a bare host name gets https. Null: no link to make of it. */
export function safeLink(website: string): string | null {
  if (!website.trim()) return null
  try {
    const url = new URL(/^[a-z]+:/i.test(website) ? website : `https://${website}`)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}

export function DetailsPart({ account, save, editable }: Props) {
  const { t } = useTranslation('accounts')
  const { organisation } = useMe()
  const format = useFormat()
  const link = safeLink(account.website)
  return (
    <section className={classes.part} aria-labelledby="details">
      <Title order={2} id="details" mb="sm">
        {t('details.title')}
      </Title>
      <div className={classes.grid}>
        <QuietField
          label={t('field.phone')}
          type="tel"
          value={account.phone}
          disabled={!editable}
          placeholder="–"
          onSave={(phone) => save({ phone })}
          rightSection={
            account.phone && (
              <ActionIcon
                component="a"
                href={`tel:${account.phone}`}
                variant="subtle"
                aria-label={t('card.call')}
              >
                <IconPhone size={16} />
              </ActionIcon>
            )
          }
        />
        <QuietField
          label={t('field.category')}
          value={account.category}
          disabled={!editable}
          placeholder="–"
          onSave={(category) => save({ category })}
        />
        <QuietField
          className={classes.wide}
          label={t('field.email')}
          type="email"
          value={account.email}
          disabled={!editable}
          placeholder="–"
          onSave={(email) => save({ email })}
          rightSection={
            account.email && (
              <ActionIcon
                component="a"
                href={`mailto:${account.email}`}
                variant="subtle"
                aria-label={t('card.mail')}
              >
                <IconMail size={16} />
              </ActionIcon>
            )
          }
        />
        <QuietField
          className={classes.wide}
          label={t('field.website')}
          inputMode="url"
          value={account.website}
          disabled={!editable}
          placeholder="–"
          onSave={(website) => save({ website })}
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
        <QuietField
          label={t('field.externalId')}
          value={account.externalId}
          disabled={!editable}
          placeholder="–"
          onSave={(externalId) => save({ externalId })}
        />
        <QuietNumber
          label={t('field.revenue')}
          value={account.revenue}
          prefix={
            format.money(0).startsWith('0') ? undefined : currencySign(format.locale, organisation.currency)
          }
          suffix={
            format.money(0).startsWith('0')
              ? ` ${currencySign(format.locale, organisation.currency)}`
              : undefined
          }
          max={999_999_999_999}
          editable={editable}
          onSave={(revenue) => save({ revenue })}
        />
        <QuietNumber
          label={t('field.potential')}
          value={account.potential}
          prefix={
            format.money(0).startsWith('0') ? undefined : currencySign(format.locale, organisation.currency)
          }
          suffix={
            format.money(0).startsWith('0')
              ? ` ${currencySign(format.locale, organisation.currency)}`
              : undefined
          }
          max={999_999_999_999}
          editable={editable}
          onSave={(potential) => save({ potential })}
        />
        <QuietNumber
          label={t('field.visitMinutes')}
          value={account.visitMinutes}
          min={1}
          max={720}
          suffix={` ${t('minutes')}`}
          editable={editable}
          onSave={(visitMinutes) => save({ visitMinutes })}
        />
        <QuietNumber
          label={t('field.visitIntervalDays')}
          value={account.visitIntervalDays}
          min={1}
          max={3650}
          suffix={` ${t('days')}`}
          editable={editable}
          onSave={(visitIntervalDays) => save({ visitIntervalDays })}
        />
        <CustomFields account={account} save={save} editable={editable} />
        <TagsInput
          className={classes.wide}
          label={t('field.tags')}
          description={editable ? t('details.tagsHint') : undefined}
          classNames={{ label: quiet.label }}
          value={account.tags ?? []}
          readOnly={!editable}
          maxTags={50}
          onChange={(tags) => save({ tags })}
        />
      </div>
    </section>
  )
}

const currencySign = (locale: string, currency: string) =>
  new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
    .formatToParts(0)
    .find((part) => part.type === 'currency')?.value ?? currency

function QuietNumber({
  label,
  value,
  onSave,
  editable,
  ...rest
}: {
  label: string
  value: number
  onSave: (value: number) => void
  editable: boolean
  min?: number
  max: number
  prefix?: string
  suffix?: string
}) {
  const { t } = useTranslation('accounts')
  const format = useFormat()
  const [draft, setDraft] = useState<number | string | null>(null)
  const min = rest.min ?? 0
  const wrong = draft !== null && (typeof draft !== 'number' || draft < min || draft > rest.max)
  const parts = new Intl.NumberFormat(format.locale).formatToParts(12345.6)
  return (
    <NumberInput
      label={label}
      classNames={{ input: quiet.input, label: quiet.label }}
      value={draft ?? value}
      hideControls
      allowNegative={false}
      clampBehavior="none"
      decimalScale={2}
      fixedDecimalScale={draft === null && !Number.isInteger(value)}
      thousandSeparator={parts.find((p) => p.type === 'group')?.value ?? ','}
      decimalSeparator={parts.find((p) => p.type === 'decimal')?.value ?? '.'}
      readOnly={!editable}
      error={wrong ? t('numberBetween', { min: format.number(min), max: format.number(rest.max) }) : null}
      {...rest}
      onChange={(next) => {
        if (next !== value || draft !== null) setDraft(next)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setDraft(null)
      }}
      onBlur={() => {
        if (typeof draft !== 'number' || wrong) return
        setDraft(null)
        if (draft !== value) onSave(draft)
      }}
    />
  )
}

export function NotesPart({ account, save, editable }: Props) {
  const { t } = useTranslation('accounts')
  return (
    <section className={classes.part} aria-labelledby="notes">
      <Title order={2} id="notes" mb="xs">
        {t('notes.title')}
      </Title>
      <QuietField
        label={t('field.notes')}
        multiline
        hideLabel
        value={account.notes}
        disabled={!editable}
        placeholder={t('notes.none')}
        onSave={(notes) => save({ notes })}
      />
    </section>
  )
}
