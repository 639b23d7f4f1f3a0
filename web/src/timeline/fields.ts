/** What a changed field is called and how its value reads. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { teamsQuery, useMay, usersQuery } from '../api/queries'
import { useFormat } from '../i18n/format'

const named = [
  'name',
  'status',
  'class',
  'category',
  'ownerId',
  'teamId',
  'tags',
  'phone',
  'email',
  'website',
  'notes',
  'revenue',
  'potential',
  'visitIntervalDays',
  'visitMinutes',
  'lastVisitOn',
  'archivedAt',
  'openProspectId',
  'isPrimary',
  'housenumber',
  'street',
  'city',
  'postcode',
  'country',
  'openingHours',
  'point',
  'source',
  'jobTitle',
  'doNotContact',
  'role',
  'language',
  'phones',
  'emails',
  'kind',
  'otherId',
  'note',
  'mediaType',
  'size',
  'subject',
  'body',
  'outcome',
  'minutes',
  'assigneeId',
  'dueOn',
  'doneAt',
  'remindAt',
  'deletedAt',
  'externalId',
] as const
type Named = (typeof named)[number]
const isNamed = (name: string): name is Named => (named as readonly string[]).includes(name)

export function useChangedFields() {
  const { t } = useTranslation(['timeline', 'accounts'])
  const format = useFormat()
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })
  const teams = useQuery({ ...teamsQuery, enabled: mayRead })

  const label = (name: string): string => {
    if (name.startsWith('custom.')) return name.slice('custom.'.length)
    return isNamed(name) ? t(`changed.${name}`) : name
  }

  const value = (name: string, v: unknown): string => {
    if (v === null || v === undefined || v === '') return '–'
    if (typeof v === 'boolean') return v ? t('yes') : t('no')
    if (name === 'ownerId' || name === 'assigneeId')
      return users.data?.find((u) => u.id === v)?.name ?? `#${String(v)}`
    if (name === 'teamId') return teams.data?.find((x) => x.id === v)?.name ?? `#${String(v)}`
    if (name === 'status' && (v === 'prospect' || v === 'customer' || v === 'former'))
      return t(`accounts:status.${v}`)
    if ((name === 'revenue' || name === 'potential') && typeof v === 'number') return format.money(v)
    if (name === 'point') return t('aPlace')
    if (typeof v === 'string' && /^\d{4}-\d\d-\d\dT/.test(v)) return format.dateTime(v)
    if (typeof v === 'string' && /^\d{4}-\d\d-\d\d$/.test(v)) return format.day(v)
    if (Array.isArray(v))
      return v.length === 0
        ? '–'
        : v
            .map((e) => (typeof e === 'object' && e !== null && 'value' in e ? String(e.value) : String(e)))
            .join(', ')
    if (typeof v === 'number') return format.number(v)
    return typeof v === 'object' ? JSON.stringify(v) : String(v)
  }
  return { label, value }
}
