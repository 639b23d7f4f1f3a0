/** Which role related accounts have, and which accounts they are: any, a certain one, or those that meet conditions. */
import { Loader, MultiSelect, Select, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { accountsNamedQuery } from '../territories/queries'
import { isMatch, matchingOf, relatedOf, relatedValue } from './relation'
import { choiceName, type Words } from './sentence'
import type { FilterNode } from './tree'
import type { EditorProps } from './ValueEditor'

const GroupEditor = lazy(() => import('./Groups').then((m) => ({ default: m.GroupEditor })))
const none: ReadonlyMap<string, string> = new Map()

export function RelationEditor({ words, field, condition, onChange }: EditorProps) {
  const { t } = useTranslation('filters')
  const match = isMatch(condition)
  const related = match ? { roles: matchingOf(condition).roles, account: null } : relatedOf(condition)
  const { filter } = matchingOf(condition)
  const change = (roles: string[], account: number | null) =>
    onChange({
      ...condition,
      value: match ? { roles, filter } : relatedValue({ roles, account }),
    })
  return (
    <Stack gap="xs">
      <MultiSelect
        size="xs"
        label={t('value.roles')}
        placeholder={related.roles.length === 0 ? t('value.anyRole') : ''}
        data={(field.choices ?? []).map(({ value }) => ({ value, label: choiceName(words, field, value) }))}
        value={related.roles}
        onChange={(roles) => change(roles, related.account)}
        comboboxProps={{ withinPortal: false }}
      />
      {match ? (
        <Suspense fallback={<Loader size="sm" />}>
          <GroupEditor
            words={words}
            node={'all' in filter || 'any' in filter ? filter : ({ all: [filter] } as FilterNode)}
            path={[]}
            depth={2}
            within
            refused={none}
            edit={(edited) =>
              onChange({
                ...condition,
                value: {
                  roles: related.roles,
                  filter: edited('all' in filter || 'any' in filter ? filter : { all: [filter] }) ?? {
                    all: [],
                  },
                },
              })
            }
          />
        </Suspense>
      ) : (
        <OneAccount
          words={words}
          value={related.account}
          onChange={(account) => change(related.roles, account)}
        />
      )}
    </Stack>
  )
}

function OneAccount({
  words,
  value,
  onChange,
}: {
  words: Words
  value: number | null
  onChange: (account: number | null) => void
}) {
  const { t } = useTranslation('filters')
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery({
    ...accountsNamedQuery(q),
    enabled: q.length >= 2,
    placeholderData: (before) => before,
  })
  const items = (found.data ?? []).filter((account) => account.id !== value)
  return (
    <Select
      size="xs"
      label={t('value.otherAccount')}
      placeholder={t('value.anyAccount')}
      searchable
      clearable
      filter={({ options }) => options}
      nothingFoundMessage={q.length >= 2 && found.data ? t('value.noAccount') : undefined}
      data={[
        ...(value === null ? [] : [{ value: String(value), label: words.names.account(value) }]),
        ...items.map((account) => ({
          value: String(account.id),
          label: account.site?.city ? `${account.name}, ${account.site.city}` : account.name,
        })),
      ]}
      onSearchChange={setText}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      comboboxProps={{ withinPortal: false }}
    />
  )
}
