import { ActionIcon, Button, Group, Select, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Account, Answer, Body } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import classes from './AccountPage.module.css'

type Relation = Answer<'listRelations'>['items'][number]
type Kind = Body<'createRelation'>['kind']

const kinds = [
  'parent',
  'supplier',
  'vendor',
  'distributor',
  'outlet',
  'partner',
  'association',
  'competitor',
] as const satisfies Kind[]

/** How the account stands to others: parent, supplier, partner … */
export function RelationsPart({ account, editable }: { account: Account; editable: boolean }) {
  const { t } = useTranslation(['record', 'common'])
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const key = ['relations', account.id]
  const path = { id: account.id }
  const relations = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/accounts/{id}/relations', { params: { path }, signal }))).items,
  })
  const [adding, setAdding] = useState(false)
  const done = {
    onSuccess: (answer: { items: Relation[] }) => {
      queryClient.setQueryData(key, answer.items)
      void queryClient.invalidateQueries({ queryKey: ['relations'] })
    },
    onError: (error: Error) => toastError(problemText(error)),
  }
  const create = useMutation({
    ...done,
    mutationFn: (body: Body<'createRelation'>) =>
      call(api.POST('/api/accounts/{id}/relations', { params: { path }, body })),
  })
  const remove = useMutation({
    ...done,
    mutationFn: (relation: Relation) =>
      call(
        api.DELETE('/api/accounts/{id}/relations/{relationId}', {
          params: { path: { ...path, relationId: relation.id } },
        }),
      ),
    onSuccess: (answer, relation) => {
      done.onSuccess(answer)
      toast(
        t('relations.removed', { name: relation.otherName }),
        relation.inverse
          ? undefined
          : () => create.mutate({ otherId: relation.otherId, kind: relation.kind, note: relation.note }),
      )
    },
  })
  const all = relations.data ?? []
  if (!editable && all.length === 0) return null
  return (
    <section className={classes.part} aria-labelledby="relations">
      <div className={classes.partHead}>
        <Title order={2} id="relations">
          {t('relations.title')}
        </Title>
        {editable && !adding && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t('relations.add')}
          </Button>
        )}
      </div>
      {relations.error && <Text size="sm">{problemText(relations.error)}</Text>}
      {relations.data && all.length === 0 && !adding && (
        <Text size="sm" c="dimmed">
          {t('relations.none')}
        </Text>
      )}
      {all.map((r) => (
        <Group key={`${r.id}${r.inverse}`} justify="space-between" wrap="nowrap" gap="xs" py={4}>
          <Text size="sm">
            <span className={classes.dim}>{t(`relations.role.${r.role}`)}</span>{' '}
            <Link to="/accounts/$id" params={{ id: String(r.otherId) }} className={classes.link}>
              {r.otherName}
            </Link>
            {r.note && <span className={classes.dim}> · {r.note}</span>}
          </Text>
          {editable && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('relations.remove', { name: r.otherName })}
              onClick={() => remove.mutate(r)}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {adding && (
        <NewRelation
          account={account}
          saving={create.isPending}
          onCancel={() => setAdding(false)}
          onSave={(body) => create.mutate(body, { onSuccess: () => setAdding(false) })}
        />
      )}
    </section>
  )
}

function NewRelation({
  account,
  saving,
  onSave,
  onCancel,
}: {
  account: Account
  saving: boolean
  onSave: (body: Body<'createRelation'>) => void
  onCancel: () => void
}) {
  const { t } = useTranslation(['record', 'common'])
  const [kind, setKind] = useState<Kind>('partner')
  const [other, setOther] = useState<string | null>(null)
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery({
    queryKey: ['accounts', 'relate', q],
    queryFn: async ({ signal }) =>
      (await call(api.GET('/api/accounts', { params: { query: { q, limit: 8 } }, signal }))).items,
    enabled: q.length >= 2,
    placeholderData: (before) => before,
  })
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault()
        if (other) onSave({ otherId: Number(other), kind })
      }}
    >
      <div className={classes.grid}>
        <Select
          label={t('relations.kind')}
          allowDeselect={false}
          data={kinds.map((value) => ({ value, label: t(`relations.role.${value}`) }))}
          value={kind}
          onChange={(value) => value && setKind(value as Kind)}
        />
        <Select
          label={t('relations.other')}
          placeholder={t('relations.search')}
          searchable
          filter={({ options }) => options}
          nothingFoundMessage={q.length >= 2 && found.data ? t('relations.nothing') : undefined}
          data={(found.data ?? [])
            .filter((a) => a.id !== account.id)
            .map((a) => ({
              value: String(a.id),
              label: a.site?.city ? `${a.name}, ${a.site.city}` : a.name,
            }))}
          searchValue={text}
          onSearchChange={setText}
          value={other}
          onChange={setOther}
        />
      </div>
      <Group justify="end" mt="sm" gap="xs">
        <Button size="xs" variant="default" onClick={onCancel}>
          {t('common:action.cancel')}
        </Button>
        <Button size="xs" type="submit" loading={saving} disabled={!other}>
          {t('common:action.save')}
        </Button>
      </Group>
    </form>
  )
}
