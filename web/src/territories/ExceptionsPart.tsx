/** Accounts that belong to a territory wherever they lie. */
import { ActionIcon, Autocomplete, Button, Group, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '../app/links'
import { labelsOf, putException, removeException } from './exceptions'
import { accountsNamedQuery, exceptionsQuery } from './queries'
import classes from './TerritoryDetail.module.css'
import type { Alignment, Territory } from './types'
import type { Edits } from './useEdits'

export function ExceptionsPart(props: { alignment: Alignment; territory: Territory; edits: Edits }) {
  const { alignment, territory, edits } = props
  const { t } = useTranslation('territories')
  const { mayEdit } = alignment
  const items = (useQuery(exceptionsQuery(alignment.id, alignment.version)).data ?? []).filter(
    (each) => each.territory === territory.id,
  )
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery(accountsNamedQuery(q)).data ?? []
  const labels = labelsOf(found)
  // What was picked stays so, though its label finds nothing when it is searched for.
  const [picked, setPicked] = useState<{ id: number; label: string } | null>(null)
  const named = (label: string) => found.find((account) => labels.get(account.id) === label)
  const chosen = picked?.label === text ? picked : named(text)
  if (!mayEdit && items.length === 0) return null
  const add = async () => {
    if (!chosen) return
    try {
      await edits.send((version) =>
        putException(alignment.id, chosen.id, { version, territory: territory.id, reason: reason.trim() }),
      )
      setText('')
      setReason('')
    } catch {
      // useEdits has told it, and what was written stays.
    }
  }
  return (
    <section className={classes.section} aria-label={t('exception.title')}>
      <Title order={3}>{t('exception.title')}</Title>
      <Text size="xs" c="dimmed">
        {t('exception.lead')}
      </Text>
      <ul className={classes.members}>
        {items.map((each) => (
          <li key={each.accountId} data-exception={each.accountId}>
            <LinkAnchor size="sm" to="/accounts/$id" params={{ id: String(each.accountId) }}>
              {each.accountName}
            </LinkAnchor>
            <span>{each.reason}</span>
            {mayEdit && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('exception.remove', { name: each.accountName })}
                onClick={() => edits.act((version) => removeException(alignment.id, each.accountId, version))}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {mayEdit && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void add()
          }}
        >
          <Group gap={6} align="end" wrap="nowrap">
            <Autocomplete
              flex={1}
              size="xs"
              label={t('exception.account')}
              placeholder={t('exception.placeholder')}
              value={text}
              onChange={setText}
              onOptionSubmit={(label) => {
                const account = named(label)
                setPicked(account ? { id: account.id, label } : null)
              }}
              data={[...labels.values()]}
              filter={({ options }) => options}
            />
            <TextInput
              flex={1}
              size="xs"
              label={t('exception.reason')}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Button size="xs" variant="default" type="submit" disabled={!chosen || edits.busy}>
              {t('exception.add')}
            </Button>
          </Group>
        </form>
      )}
    </section>
  )
}
