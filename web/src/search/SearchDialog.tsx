import { CloseButton, Combobox, Kbd, Loader, Modal, Text, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import {
  IconArrowRight,
  IconBuildingStore,
  IconClock,
  IconLayoutList,
  IconMapPin,
  type IconProps,
  IconSearch,
  IconUser,
} from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ComponentType, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Row } from '../accounts/columns'
import { addressOf } from '../accounts/queries'
import { viewsQuery } from '../views/useView'
import { addressOfView, savedView } from '../views/view'
import { useCommands } from './commands'
import { searchQuery } from './queries'
import { type Kind, type Result, ranked } from './results'
import classes from './SearchDialog.module.css'

const icons: Record<Kind, ComponentType<IconProps>> = {
  recent: IconClock,
  account: IconBuildingStore,
  contact: IconUser,
  view: IconLayoutList,
  place: IconMapPin,
  command: IconArrowRight,
}

/** Requests wait this long for the next letter; what is here already is shown at once. */
const pause = 90
const fewest = 2

/** Ctrl-K: accounts, contacts, views, places and commands in one field. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['accounts', 'common'])
  const phone = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), pause)
  const local = useLocalResults()
  const server = useServerResults(asked, text.trim())
  const groups = useMemo(
    () =>
      ranked(text.trim(), {
        // Before anything is typed, what is recent and what can be done.
        local: text.trim() ? local : local.filter((r) => r.kind !== 'account' && r.kind !== 'view'),
        server: server.results,
      }),
    [text, local, server.results],
  )
  const combobox = useCombobox({ opened: true })
  const keys = groups.flatMap((group) => group.results.map((r) => r.key)).join('|')
  // biome-ignore lint/correctness/useExhaustiveDependencies: other results, other first one
  useEffect(() => {
    combobox.selectFirstOption()
  }, [keys])

  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      attributes={{ content: { 'aria-label': t('common:nav.search') } }}
      padding={0}
      size="lg"
      yOffset="10vh"
      centered={false}
      fullScreen={phone}
      transitionProps={{ duration: phone ? 0 : 80 }}
      classNames={{ body: classes.body }}
    >
      <Combobox
        store={combobox}
        onOptionSubmit={(key) => {
          onClose()
          groups
            .flatMap((group) => group.results)
            .find((r) => r.key === key)
            ?.run()
        }}
      >
        <div className={classes.head}>
          <Combobox.EventsTarget>
            <TextInput
              className={classes.input}
              data-autofocus
              variant="unstyled"
              size="lg"
              type="search"
              dir="auto"
              aria-label={t('quick.label')}
              placeholder={t('quick.label')}
              leftSection={<IconSearch size={20} aria-hidden />}
              leftSectionPointerEvents="none"
              styles={{ section: { insetInlineStart: '0.75rem' }, input: { paddingInlineStart: '3.25rem' } }}
              rightSection={
                server.busy && <Loader size="xs" role="status" aria-label={t('common:loading')} />
              }
              maxLength={200}
              value={text}
              onChange={(e) => setText(e.currentTarget.value)}
              onKeyDown={(event) => {
                // A field of type search would only be emptied.
                if (event.key === 'Escape') onClose()
              }}
            />
          </Combobox.EventsTarget>
          {phone && <CloseButton mr="xs" size="lg" aria-label={t('common:action.close')} onClick={onClose} />}
        </div>
        <Combobox.Options
          aria-label={t('quick.results')}
          tabIndex={0}
          className={classes.results}
          data-phone={phone}
        >
          {groups.map(({ kind, results }) => (
            <Combobox.Group key={kind} label={t(`quick.${kind}`)}>
              {results.map((r) => (
                <Option key={r.key} result={r} />
              ))}
            </Combobox.Group>
          ))}
          {groups.length === 0 && (
            <Combobox.Empty>{server.busy ? t('common:loading') : t('quick.none')}</Combobox.Empty>
          )}
        </Combobox.Options>
        {!phone && (
          <div className={classes.foot} aria-hidden>
            <Kbd size="xs">↑</Kbd>
            <Kbd size="xs">↓</Kbd> {t('quick.move')}
            <Kbd size="xs">↵</Kbd> {t('quick.open')}
            <Kbd size="xs">esc</Kbd> {t('common:action.close')}
          </div>
        )}
      </Combobox>
    </Modal>
  )
}

function Option({ result }: { result: Result }) {
  const Icon = icons[result.kind]
  return (
    <Combobox.Option value={result.key} className={classes.option}>
      <Icon size={18} stroke={1.75} aria-hidden />
      <span className={classes.lines}>
        <Text component="span" size="sm" fw={550} truncate dir="auto">
          {result.label}
        </Text>
        {result.detail && (
          <Text component="span" size="xs" c="dimmed" truncate dir="auto">
            {result.detail}
          </Text>
        )}
      </span>
    </Combobox.Option>
  )
}

function useOpenAccount() {
  const navigate = useNavigate()
  return (id: number) => void navigate({ to: '/accounts/$id', params: { id: String(id) } })
}

/** What this browser knows: rows that were on a list, views, commands. */
function useLocalResults(): Result[] {
  const { t } = useTranslation('accounts')
  const navigate = useNavigate()
  const open = useOpenAccount()
  const queryClient = useQueryClient()
  const commands = useCommands()
  const views = useQuery(viewsQuery).data ?? []
  const [rows] = useState(() => {
    const pages = queryClient.getQueriesData<{ items: Row[] | null }>({ queryKey: ['accounts', 'rows'] })
    return new Map(pages.flatMap(([, page]) => page?.items ?? []).map((row) => [row.id, row]))
  })
  return [
    ...[...rows.values()].map((row) => ({
      key: `a${row.id}`,
      kind: 'account' as const,
      label: row.name,
      detail: row.site ? addressOf(row.site) : t('noPlace'),
      run: () => open(row.id),
    })),
    ...views.map((view) => ({
      key: `v${view.id}`,
      kind: 'view' as const,
      label: view.name,
      detail: t('quick.viewOf'),
      run: () => void navigate({ to: '/accounts', search: addressOfView(savedView(view)) }),
    })),
    ...commands.map((command) => ({
      key: `c${command.label}`,
      kind: 'command' as const,
      label: command.label,
      detail: '',
      run: command.run,
    })),
  ]
}

/** What the server finds: accounts, contacts and places; what was opened lately first. */
function useServerResults(asked: string, text: string): { results: Result[]; busy: boolean } {
  const navigate = useNavigate()
  const open = useOpenAccount()
  const enough = asked.length >= fewest
  const { data, isFetching } = useQuery(searchQuery(enough ? asked : ''))
  if (text.length > 0 && text.length < fewest) return { results: [], busy: false }
  return {
    busy: isFetching || asked !== text,
    results: (data ?? []).map((hit) => {
      const { point } = hit
      return {
        key: hit.kind === 'place' ? `${hit.label}${point?.join()}` : `${hit.kind[0]}${hit.id}`,
        kind: hit.openedAt ? ('recent' as const) : hit.kind,
        label: hit.label,
        detail: hit.detail,
        run: () => {
          if (hit.kind !== 'place') open(hit.accountId)
          else if (point) void navigate({ to: '/', search: { lon: point[0], lat: point[1], zoom: 15 } })
        },
      }
    }),
  }
}
