/** The name of the view, from which others are opened; beside it what to do with changes. */
import { ActionIcon, Button, Group, Menu, Modal, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import {
  IconCheck,
  IconChevronDown,
  IconDeviceFloppy,
  IconDownload,
  IconPencil,
  IconRotate,
  IconStack2,
  IconTrash,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../api/queries'
import { useProblemText } from '../app/problemText'
import type { AccountsSearch } from '../app/search'
import type { View } from '../filters/types'
import type { useView } from './useView'
import { useViewChanges } from './useView'
import classes from './ViewMenu.module.css'
import { type AnyView, builtins, builtinView, contentOf, savedView } from './view'

type Props = {
  state: ReturnType<typeof useView>
  search: AccountsSearch
  onExport?: (() => void) | undefined
}

const sharings = ['own', 'team', 'all'] as const

export function useViewName() {
  const { t } = useTranslation('lists')
  return (view: AnyView) => view.saved?.name ?? t(`view.${view.key as 'all'}`)
}

export function ViewMenu({ state, search, onExport }: Props) {
  const { t } = useTranslation(['lists', 'common', 'export'])
  const { view, saved, open, error } = state
  const me = useMe()
  const problemText = useProblemText()
  const nameOf = useViewName()
  const changes = useViewChanges()
  const [naming, setNaming] = useState<'new' | 'rename' | null>(null)
  const own = saved.filter((v) => v.shared === 'own')
  const team = saved.filter((v) => v.shared === 'team')
  const all = saved.filter((v) => v.shared === 'all')
  const mine = view.saved !== null && (view.saved.ownerId === me.user.id || me.user.role === 'admin')
  const item = (of: AnyView) => (
    <Menu.Item
      key={of.key}
      leftSection={
        <IconCheck size={16} aria-hidden style={{ visibility: of.key === view.key ? 'visible' : 'hidden' }} />
      }
      aria-current={of.key === view.key}
      onClick={() => open(of)}
    >
      <span dir="auto">{nameOf(of)}</span>
    </Menu.Item>
  )
  const group = (label: string, views: View[]) =>
    views.length > 0 && (
      <>
        <Menu.Label>{label}</Menu.Label>
        {[...views].sort((a, b) => a.name.localeCompare(b.name)).map((v) => item(savedView(v)))}
      </>
    )
  return (
    <>
      <Menu position="bottom-start" shadow="md" width={280}>
        <Menu.Target>
          <button
            type="button"
            className={classes.target}
            aria-label={t('view.open', { name: nameOf(view) })}
          >
            <Title order={1} className={classes.title} dir="auto">
              {nameOf(view)}
            </Title>
            <IconChevronDown size={18} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown mah="70vh" style={{ overflowY: 'auto' }}>
          {builtins.map((key) => item(builtinView(key)))}
          {group(t('view.own'), own)}
          {group(t('view.team'), team)}
          {group(t('view.shared'), all)}
          {error !== null && (
            <Text size="xs" c="dimmed" p="xs" role="alert">
              {t('view.failed')}: {problemText(error)}
            </Text>
          )}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
            onClick={() => setNaming('new')}
          >
            {t('view.saveAsView')}
          </Menu.Item>
          {mine && view.saved && (
            <>
              <Menu.Item
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => setNaming('rename')}
              >
                {t('view.rename')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() => {
                  if (!view.saved) return
                  changes.remove.mutate(view.saved)
                  open(builtinView('all'))
                }}
              >
                {t('view.delete')}
              </Menu.Item>
            </>
          )}
          <Menu.Divider />
          {onExport && (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={onExport}>
              {t('export:open')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconStack2 size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/segments" {...props} />}
          >
            {t('view.segments')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {naming && (
        <NameView
          view={naming === 'rename' ? view.saved : null}
          onClose={() => setNaming(null)}
          onName={(name, shared) => {
            if (naming === 'rename' && view.saved)
              return changes.update.mutateAsync({ view: view.saved, change: { name, shared } })
            return changes.create
              .mutateAsync({ name, shared, ...contentOf(search, state.layout) })
              .then((made) => {
                state.forget(view.key)
                open(savedView(made))
              })
          }}
        />
      )}
    </>
  )
}

/** Save, Save as and Reset, while what is shown differs from the view. */
export function ViewChanges({ state, search }: Props) {
  const { t } = useTranslation('lists')
  const me = useMe()
  const changes = useViewChanges()
  const [naming, setNaming] = useState(false)
  const { view, layout, changed } = state
  const mayChange = view.saved !== null && (view.saved.ownerId === me.user.id || me.user.role === 'admin')
  if (!changed && !naming) return null
  return (
    <Group gap={4} wrap="nowrap" className={classes.changes} data-view-changed>
      {mayChange && (
        <Button
          size="compact-sm"
          variant="light"
          loading={changes.update.isPending}
          onClick={() =>
            view.saved &&
            changes.update.mutate(
              { view: view.saved, change: contentOf(search, layout) },
              { onSuccess: () => state.forget(view.key) },
            )
          }
        >
          {t('view.save')}
        </Button>
      )}
      <Button size="compact-sm" variant={mayChange ? 'subtle' : 'light'} onClick={() => setNaming(true)}>
        {t('view.saveAs')}
      </Button>
      <ActionIcon
        size="sm"
        variant="subtle"
        aria-label={t('view.reset')}
        title={t('view.reset')}
        onClick={state.reset}
      >
        <IconRotate size={16} aria-hidden />
      </ActionIcon>
      {naming && (
        <NameView
          view={null}
          onClose={() => setNaming(false)}
          onName={(name, shared) =>
            changes.create.mutateAsync({ name, shared, ...contentOf(search, layout) }).then((made) => {
              state.forget(view.key)
              state.open(savedView(made))
            })
          }
        />
      )}
    </Group>
  )
}

function NameView({
  view,
  onName,
  onClose,
}: {
  view: View | null
  onName: (name: string, shared: View['shared']) => Promise<unknown>
  onClose: () => void
}) {
  const { t } = useTranslation(['lists', 'common'])
  const [name, setName] = useState(view?.name ?? '')
  const [shared, setShared] = useState<View['shared']>(view?.shared ?? 'own')
  const [busy, setBusy] = useState(false)
  const labels = { own: t('view.sharedOwn'), team: t('view.sharedTeam'), all: t('view.sharedAll') }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await onName(name.trim(), shared)
      onClose()
    } catch {
      setBusy(false) // said by the change itself; the dialog stays, so that nothing typed is lost
    }
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={view ? t('view.renameTitle') : t('view.saveAsView')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('view.name')}
            data-autofocus
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Select
            label={t('view.sharedLabel')}
            allowDeselect={false}
            data={sharings.map((value) => ({ value, label: labels[value] }))}
            value={shared}
            onChange={(value) => value && setShared(value)}
          />
          {!view && (
            <Text size="sm" c="dimmed">
              {t('view.keep')}
            </Text>
          )}
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              {t('common:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
