/** What a changed field is called and how its value reads. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { teamsQuery, useMay, usersQuery } from '../api/queries'
import { useAccountNames } from '../filters/accountNames'
import { fieldName } from '../filters/fields'
import { sentence } from '../filters/sentence'
import { type FilterNode, parseFilter } from '../filters/tree'
import { useWords } from '../filters/useWords'
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
  'format',
  'filter',
  'columns',
  'accounts',
  'sent',
  'active',
  'startPoint',
  'startAddress',
  'workStart',
  'workEnd',
  'lunchMinutes',
  'userId',
  'scopes',
  'expiresAt',
  'url',
  'description',
  'events',
  'sees',
  'edits',
] as const
type Named = (typeof named)[number]
const isNamed = (name: string): name is Named => (named as readonly string[]).includes(name)

const relationKinds = [
  'parent',
  'supplier',
  'vendor',
  'distributor',
  'outlet',
  'partner',
  'association',
  'competitor',
] as const
const isRelationKind = (v: unknown): v is (typeof relationKinds)[number] =>
  (relationKinds as readonly unknown[]).includes(v)

/** So many of a list are named; of a longer one the others are counted. */
const mostListed = 6

export function useChangedFields() {
  const { t } = useTranslation(['timeline', 'accounts', 'record'])
  const format = useFormat()
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })
  const teams = useQuery({ ...teamsQuery, enabled: mayRead })
  const words = useWords()
  const accountName = useAccountNames()

  const label = (name: string): string => {
    if (name.startsWith('custom.'))
      return words.catalogue.byKey.get(name)?.label ?? name.slice('custom.'.length)
    return isNamed(name) ? t(`changed.${name}`) : name
  }

  /** What was asked for by the names of the API's parameters. */
  const filterText = ({ filter, ...names }: Record<string, unknown>): string => {
    const tree = parseFilter(typeof filter === 'string' ? filter : JSON.stringify(filter ?? null))
    return (
      [
        tree && sentence(words, tree as FilterNode),
        ...Object.entries(names).map(([name, of]) => `${fieldName(name)}: ${String(of)}`),
      ]
        .filter(Boolean)
        .join(' ') || t('everything')
    )
  }

  const value = (name: string, v: unknown): string => {
    if (v === null || v === undefined || v === '') return '–'
    if (typeof v === 'boolean') return v ? t('yes') : t('no')
    if (name === 'ownerId' || name === 'assigneeId' || name === 'userId')
      return users.data?.find((u) => u.id === v)?.name ?? `#${String(v)}`
    if (name === 'teamId') return teams.data?.find((x) => x.id === v)?.name ?? `#${String(v)}`
    if (name === 'otherId' && typeof v === 'number') return accountName(v)
    if (name === 'kind' && isRelationKind(v)) return t(`record:relations.role.${v}`)
    if (name === 'status' && (v === 'prospect' || v === 'customer' || v === 'former'))
      return t(`accounts:status.${v}`)
    if ((name === 'revenue' || name === 'potential') && typeof v === 'number') return format.money(v)
    if (name === 'point' || name === 'startPoint') return t('aPlace')
    if (typeof v === 'string' && /^\d{4}-\d\d-\d\dT/.test(v)) return format.dateTime(v)
    if (typeof v === 'string' && /^\d{4}-\d\d-\d\d$/.test(v)) return format.day(v)
    if (Array.isArray(v)) {
      const texts = v.map((e) =>
        typeof e === 'object' && e !== null && 'value' in e
          ? String(e.value)
          : name === 'columns'
            ? (words.catalogue.byKey.get(String(e))?.label ?? fieldName(String(e)))
            : String(e),
      )
      if (texts.length === 0) return '–'
      const more = texts.length - mostListed
      return more > 1
        ? t('andMore', { list: texts.slice(0, mostListed).join(', '), count: more })
        : texts.join(', ')
    }
    if (name === 'filter' && typeof v === 'object') return filterText(v as Record<string, unknown>)
    if (typeof v === 'number') return format.number(v)
    return typeof v === 'object' ? JSON.stringify(v) : String(v)
  }
  return { label, value }
}
