import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { useChangedFields } from './fields'
import type { Change } from './queries'
import classes from './Timeline.module.css'

const records = ['accounts', 'sites', 'contacts', 'activities', 'account_relations', 'files'] as const
type Known = (typeof records)[number]

/** One line on what was done: "changed the status", "added a contact". */
export function useChangeTitle() {
  const { t } = useTranslation('timeline')
  return (change: Change): string => {
    const record = (records as readonly string[]).includes(change.record)
      ? (change.record as Known)
      : 'accounts'
    const count = change.records
    if (count > 1) return t(`many.${change.action}`, { count })
    return t(`done.${record}.${change.action}`)
  }
}

/** When it was done, by which key, from where and why. */
export function ChangeOrigin({ change }: { change: Change }) {
  const { t } = useTranslation('timeline')
  const format = useFormat()
  return (
    <Text size="xs" c="dimmed">
      {[
        format.dateTime(change.at),
        change.keyName && t('history.key', { name: change.keyName }),
        change.address && t('history.from', { address: change.address }),
        change.cause,
      ]
        .filter(Boolean)
        .join(' · ')}
    </Text>
  )
}

/** The fields before and after. `brief` leaves out what a creation filled in. */
export function ChangedFields({ change, brief = false }: { change: Change; brief?: boolean }) {
  const { label, value } = useChangedFields()
  const fields = change.fields.filter(
    (f) =>
      change.action === 'update' ||
      (f.name !== 'source' && !isEmpty(change.action === 'create' ? f.after : f.before)),
  )
  if (fields.length === 0) return null
  if (brief && change.action !== 'update') {
    const said = (f: Change['fields'][number]) =>
      value(f.name, change.action === 'create' ? f.after : f.before)
    // A relation reads "Supplier Dover Mill"; anything else is told by its name.
    const told =
      change.record === 'account_relations'
        ? ['kind', 'otherId'].flatMap((name) => fields.find((f) => f.name === name) ?? [])
        : fields.filter((f) => ['name', 'subject', 'street', 'city'].includes(f.name)).slice(0, 1)
    const text = told.map(said).join(' ')
    return text ? (
      <Text size="sm" c="dimmed" className={classes.clip} dir="auto">
        {text}
      </Text>
    ) : null
  }
  return (
    <dl className={classes.fields}>
      {fields.map((f) => (
        <div key={f.name}>
          <dt>{label(f.name)}</dt>
          <dd dir="auto">
            {change.action !== 'create' && <del className={classes.before}>{value(f.name, f.before)}</del>}
            {change.action === 'update' && (
              <span aria-hidden className={classes.arrow}>
                →
              </span>
            )}
            {change.action !== 'delete' && <ins className={classes.after}>{value(f.name, f.after)}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const isEmpty = (v: unknown) =>
  v === null || v === undefined || v === '' || v === false || v === 0 || (Array.isArray(v) && v.length === 0)
