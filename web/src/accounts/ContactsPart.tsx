import { Anchor, Badge, Button, Checkbox, Group, Menu, Text, TextInput, Title } from '@mantine/core'
import { IconDots, IconMail, IconPhone, IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import type { Account, Contact } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import classes from './AccountPage.module.css'
import { adoptAccount } from './queries'

type Fields = Omit<Contact, 'id'>

function useContacts(account: Account) {
  const { t } = useTranslation('accounts')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const done = {
    onSuccess: (changed: Account) => adoptAccount(queryClient, changed),
    onError: (error: Error) => {
      if (isProblem(error, 'conflict') && error.current) adoptAccount(queryClient, error.current as Account)
      toastError(problemText(error))
    },
  }
  const path = { id: account.id }
  const create = useMutation({
    ...done,
    mutationFn: (contact: Fields) =>
      call(api.POST('/api/accounts/{id}/contacts', { params: { path }, body: contact })),
  })
  const update = useMutation({
    ...done,
    mutationFn: ({ id, ...contact }: Contact) =>
      call(
        api.PATCH('/api/accounts/{id}/contacts/{contactId}', {
          params: { path: { ...path, contactId: id } },
          body: { ...contact, version: account.version },
        }),
      ),
  })
  const remove = useMutation({
    ...done,
    mutationFn: (contact: Contact) =>
      call(
        api.DELETE('/api/accounts/{id}/contacts/{contactId}', {
          params: { path: { ...path, contactId: contact.id } },
        }),
      ),
    onSuccess: (changed, { id: _, ...contact }) => {
      adoptAccount(queryClient, changed)
      toast(t('contacts.removed', { name: contact.name }), () => create.mutate(contact))
    },
  })
  return { create, update, remove }
}

export function ContactsPart({ account, editable }: { account: Account; editable: boolean }) {
  const { t } = useTranslation('accounts')
  const { create, update, remove } = useContacts(account)
  const [editing, setEditing] = useState<number | 'new' | null>(null)
  const stop = () => setEditing(null)
  const contacts = account.contacts

  return (
    <section className={classes.part} aria-labelledby="contacts">
      <div className={classes.partHead}>
        <Title order={2} id="contacts">
          {t('contacts.title')}
        </Title>
        {editable && editing === null && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setEditing('new')}
          >
            {t('contacts.add')}
          </Button>
        )}
      </div>
      {contacts.length === 0 && editing === null && (
        <Text c="dimmed" size="sm">
          {t('contacts.none')}
        </Text>
      )}
      {contacts.map((contact) =>
        editing === contact.id ? (
          <ContactForm
            key={contact.id}
            contact={contact}
            saving={update.isPending}
            onCancel={stop}
            onSave={(fields) => update.mutate({ id: contact.id, ...fields }, { onSuccess: stop })}
          />
        ) : (
          <Group
            key={contact.id}
            className={classes.item}
            justify="space-between"
            wrap="nowrap"
            align="start"
          >
            <div>
              <Group gap="xs">
                <Text fw={600}>{contact.name}</Text>
                {contact.doNotContact && (
                  <Badge variant="outline" color="red" size="sm">
                    {t('contacts.doNotContact')}
                  </Badge>
                )}
              </Group>
              {contact.jobTitle && (
                <Text size="sm" c="dimmed">
                  {contact.jobTitle}
                </Text>
              )}
              {!contact.doNotContact && (
                <Group gap="md" mt={2}>
                  {contact.phone && (
                    <Anchor href={`tel:${contact.phone}`} size="sm">
                      <IconPhone size={14} aria-hidden /> {contact.phone}
                    </Anchor>
                  )}
                  {contact.email && (
                    <Anchor href={`mailto:${contact.email}`} size="sm">
                      <IconMail size={14} aria-hidden /> {contact.email}
                    </Anchor>
                  )}
                </Group>
              )}
            </div>
            {editable && (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-label={t('contacts.actions', { name: contact.name })}
                  >
                    <IconDots size={18} aria-hidden />
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => setEditing(contact.id)}>{t('contacts.edit')}</Menu.Item>
                  <Menu.Item onClick={() => remove.mutate(contact)}>{t('contacts.remove')}</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </Group>
        ),
      )}
      {editing === 'new' && (
        <ContactForm
          saving={create.isPending}
          onCancel={stop}
          onSave={(fields) => create.mutate(fields, { onSuccess: stop })}
        />
      )}
    </section>
  )
}

function ContactForm({
  contact,
  onSave,
  onCancel,
  saving,
}: {
  contact?: Contact
  onSave: (fields: Fields) => void
  onCancel: () => void
  saving: boolean
}) {
  const { t } = useTranslation(['accounts', 'common'])
  const [fields, setFields] = useState<Fields>({
    name: contact?.name ?? '',
    jobTitle: contact?.jobTitle ?? '',
    phone: contact?.phone ?? '',
    email: contact?.email ?? '',
    doNotContact: contact?.doNotContact ?? false,
  })
  const set = (part: Partial<Fields>) => setFields((known) => ({ ...known, ...part }))
  return (
    <form
      className={classes.item}
      onSubmit={(e) => {
        e.preventDefault()
        onSave(fields)
      }}
    >
      <div className={classes.grid}>
        <TextInput
          label={t('contact.name')}
          required
          withAsterisk={false}
          data-autofocus
          value={fields.name}
          onChange={(e) => set({ name: e.currentTarget.value })}
        />
        <TextInput
          label={t('contact.jobTitle')}
          value={fields.jobTitle}
          onChange={(e) => set({ jobTitle: e.currentTarget.value })}
        />
        <TextInput
          label={t('field.phone')}
          type="tel"
          value={fields.phone}
          onChange={(e) => set({ phone: e.currentTarget.value })}
        />
        <TextInput
          label={t('field.email')}
          type="email"
          value={fields.email}
          onChange={(e) => set({ email: e.currentTarget.value })}
        />
        <Checkbox
          className={classes.wide}
          label={t('contacts.doNotContact')}
          checked={fields.doNotContact}
          onChange={(e) => set({ doNotContact: e.currentTarget.checked })}
        />
      </div>
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onCancel}>
          {t('common:action.cancel')}
        </Button>
        <Button type="submit" loading={saving} disabled={fields.name.trim() === ''}>
          {t('common:action.save')}
        </Button>
      </Group>
    </form>
  )
}
