import { Anchor, Badge, Button, Checkbox, Group, Menu, Select, Text, TextInput, Title } from '@mantine/core'
import { IconDots, IconMail, IconPhone, IconPlus, IconX } from '@tabler/icons-react'
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

const contactRoles = ['decision_maker', 'buyer', 'technical', 'user', 'billing', 'other'] as const

/** A language tag as people call it; the tag itself when nobody knows it. */
function languageName(tag: string, inLanguage: string) {
  try {
    return new Intl.DisplayNames(inLanguage, { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

/** Further phones or e-mails, each with what it is called. */
function Channels({
  label,
  type,
  channels,
  onChange,
}: {
  label: string
  type: 'tel' | 'email'
  channels: Fields['morePhones']
  onChange: (channels: Fields['morePhones']) => void
}) {
  const { t } = useTranslation('record')
  const change = (at: number, part: Partial<Fields['morePhones'][number]>) =>
    onChange(channels.map((c, i) => (i === at ? { ...c, ...part } : c)))
  return (
    <fieldset className={`${classes.wide} ${classes.channels}`} aria-label={label}>
      {channels.map((c, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: channels have no name but their place
        <Group key={i} gap="xs" wrap="nowrap" mb={6}>
          <TextInput
            w={110}
            aria-label={t('contact.label')}
            placeholder={t('contact.label')}
            maxLength={40}
            value={c.label}
            onChange={(e) => change(i, { label: e.currentTarget.value })}
          />
          <TextInput
            style={{ flex: 1 }}
            aria-label={label}
            placeholder={label}
            type={type}
            value={c.value}
            onChange={(e) => change(i, { value: e.currentTarget.value })}
          />
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={t('contact.removeChannel', { value: c.value })}
            onClick={() => onChange(channels.filter((_, n) => n !== i))}
          >
            <IconX size={16} aria-hidden />
          </Button>
        </Group>
      ))}
      {channels.length < 10 && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...channels, { label: '', value: '' }])}
        >
          {label}
        </Button>
      )}
    </fieldset>
  )
}

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
  const { t, i18n } = useTranslation(['accounts', 'record'])
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
              {(contact.jobTitle || contact.role || contact.language) && (
                <Text size="sm" c="dimmed">
                  {[
                    contact.jobTitle,
                    contact.role && t(`record:contact.roles.${contact.role}`),
                    contact.language && languageName(contact.language, i18n.language),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
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
                  {contact.morePhones.map((c) => (
                    <Anchor key={c.value} href={`tel:${c.value}`} size="sm">
                      <IconPhone size={14} aria-hidden /> {c.value} {c.label && `(${c.label})`}
                    </Anchor>
                  ))}
                  {contact.moreEmails.map((c) => (
                    <Anchor key={c.value} href={`mailto:${c.value}`} size="sm">
                      <IconMail size={14} aria-hidden /> {c.value} {c.label && `(${c.label})`}
                    </Anchor>
                  ))}
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
  const { t } = useTranslation(['accounts', 'common', 'record'])
  const [fields, setFields] = useState<Fields>({
    name: contact?.name ?? '',
    jobTitle: contact?.jobTitle ?? '',
    phone: contact?.phone ?? '',
    email: contact?.email ?? '',
    doNotContact: contact?.doNotContact ?? false,
    role: contact?.role ?? '',
    language: contact?.language ?? '',
    morePhones: contact?.morePhones ?? [],
    moreEmails: contact?.moreEmails ?? [],
  })
  const set = (part: Partial<Fields>) => setFields((known) => ({ ...known, ...part }))
  const rest = (all: Fields['morePhones']) => all.filter((c) => c.value.trim() !== '')
  return (
    <form
      className={classes.item}
      onSubmit={(e) => {
        e.preventDefault()
        onSave({ ...fields, morePhones: rest(fields.morePhones), moreEmails: rest(fields.moreEmails) })
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
        <Select
          label={t('record:contact.role')}
          clearable
          data={contactRoles.map((value) => ({ value, label: t(`record:contact.roles.${value}`) }))}
          value={fields.role || null}
          onChange={(role) => set({ role: (role ?? '') as Fields['role'] })}
        />
        <TextInput
          label={t('record:contact.language')}
          placeholder="en"
          maxLength={30}
          value={fields.language}
          onChange={(e) => set({ language: e.currentTarget.value.trim() })}
        />
        <Channels
          label={t('record:contact.morePhones')}
          type="tel"
          channels={fields.morePhones}
          onChange={(morePhones) => set({ morePhones })}
        />
        <Channels
          label={t('record:contact.moreEmails')}
          type="email"
          channels={fields.moreEmails}
          onChange={(moreEmails) => set({ moreEmails })}
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
