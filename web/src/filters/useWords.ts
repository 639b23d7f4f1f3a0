/** What sentences about filters need: the language, formats, and names of people, teams and segments. */
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { teamsQuery, useMay, useMe, usersQuery } from '../api/queries'
import { useFormat } from '../i18n/format'
import { segmentsQuery } from '../segments/queries'
import { useAccountNames } from './accountNames'
import { useCatalogue } from './fields'
import { choiceName, type Words } from './sentence'
import type { Field } from './types'

const numbered = (id: number) => `#${id}`

export function useWords(): Words {
  const { i18n } = useTranslation(['filters', 'accounts'])
  const format = useFormat()
  const catalogue = useCatalogue()
  const me = useMe()
  const mayUsers = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayUsers }).data
  const teams = useQuery({ ...teamsQuery, enabled: mayUsers }).data
  const segments = useQuery(segmentsQuery).data
  const account = useAccountNames()
  const { language } = i18n
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same object in another language
  return useMemo(
    () => ({
      i18n,
      format,
      catalogue,
      names: {
        user: (id) =>
          users?.find((u) => u.id === id)?.name ?? (id === me.user.id ? me.user.name : numbered(id)),
        team: (id) => teams?.find((team) => team.id === id)?.name ?? numbered(id),
        segment: (id) => segments?.find((segment) => segment.id === id)?.name ?? numbered(id),
        account,
      },
    }),
    [i18n, language, format, catalogue, users, teams, segments, me, account],
  )
}

export type Choice = { value: string | number | null; label: string }

/** What a field with choices offers, in the user's language. */
export function useChoices(words: Words) {
  const mayUsers = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayUsers }).data
  const teams = useQuery({ ...teamsQuery, enabled: mayUsers }).data
  const segments = useQuery(segmentsQuery).data
  const me = useMe()
  return useCallback(
    (field: Pick<Field, 'key' | 'type' | 'choices'> & { custom?: boolean }): Choice[] => {
      const named = (value: Choice['value']) => ({ value, label: choiceName(words, field, value) })
      if (field.key === 'ownerId')
        return [
          named('me'),
          named(null),
          ...(users ?? []).filter((u) => u.active && u.id !== me.user.id).map((u) => named(u.id)),
        ]
      if (field.key === 'teamId') return [named(null), ...(teams ?? []).map((team) => named(team.id))]
      if (field.type === 'segment') return (segments ?? []).map((segment) => named(segment.id))
      return (field.choices ?? []).map((choice) => named(choice.value))
    },
    [words, users, teams, segments, me],
  )
}
