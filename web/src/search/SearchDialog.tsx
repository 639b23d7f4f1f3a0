import { Combobox, Loader, Modal, Text, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import {
  IconArrowRight,
  IconBuildingStore,
  IconMapPin,
  IconMoon,
  type IconProps,
  IconSearch,
} from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ComponentType, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { addressOf } from '../accounts/queries'
import { api, call } from '../api/client'
import { usePlaces } from '../api/queries'
import { useCommands } from './commands'

type Result = {
  key: string
  group: 'accounts' | 'places' | 'commands'
  label: string
  detail: string
  icon: ComponentType<IconProps>
  run: () => void
}

/** Ctrl-K: accounts, places and commands in one field. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['accounts', 'common'])
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 180)
  const enough = asked.length >= 2
  const accounts = useQuery({
    queryKey: ['accounts', 'quick', asked],
    queryFn: ({ signal }) =>
      call(api.GET('/api/accounts', { params: { query: { q: asked, limit: 6 } }, signal })),
    enabled: enough,
    placeholderData: keepPreviousData,
  })
  const places = usePlaces(asked)
  const commands = useCommands()

  const results: Result[] = [
    ...(enough ? (accounts.data?.items ?? []) : []).map((account) => ({
      key: `a${account.id}`,
      group: 'accounts' as const,
      label: account.name,
      detail: account.site ? addressOf(account.site) : t('noPlace'),
      icon: IconBuildingStore,
      run: () => void navigate({ to: '/accounts/$id', params: { id: String(account.id) } }),
    })),
    ...(enough ? (places.data ?? []) : []).map((place) => ({
      key: `${place.kind}${place.label}${place.point?.join()}`,
      group: 'places' as const,
      label: place.label,
      detail: [t(`place.${place.kind as 'house'}`), place.detail].filter(Boolean).join(' · '),
      icon: IconMapPin,
      run: () =>
        void navigate({
          to: '/',
          search: { lon: place.point[0], lat: place.point[1], zoom: place.kind === 'place' ? 12.5 : 16 },
        }),
    })),
    ...commands
      .filter((c) => c.label.toLowerCase().includes(text.trim().toLowerCase()))
      .map((c) => ({
        key: c.label,
        group: 'commands' as const,
        label: c.label,
        detail: '',
        icon: c.kind === 'theme' ? IconMoon : IconArrowRight,
        run: c.run,
      })),
  ]
  const combobox = useCombobox({ opened: true })
  const keys = results.map((r) => r.key).join('|')
  // biome-ignore lint/correctness/useExhaustiveDependencies: other results, other first one
  useEffect(() => {
    combobox.selectFirstOption()
  }, [keys])

  const group = (name: Result['group'], label: string) => {
    const found = results.filter((r) => r.group === name)
    return (
      found.length > 0 && (
        <Combobox.Group label={label}>
          {found.map((r) => (
            <Combobox.Option key={r.key} value={r.key}>
              <span style={{ display: 'flex', alignItems: 'center', gap: '0.625rem' }}>
                <r.icon size={18} aria-hidden />
                <span style={{ minWidth: 0 }}>
                  <Text component="span" display="block" size="sm" fw={550} truncate>
                    {r.label}
                  </Text>
                  {r.detail && (
                    <Text component="span" display="block" size="xs" c="dimmed" truncate>
                      {r.detail}
                    </Text>
                  )}
                </span>
              </span>
            </Combobox.Option>
          ))}
        </Combobox.Group>
      )
    )
  }
  const busy = accounts.isFetching || places.isFetching || (text.trim().length >= 2 && asked !== text.trim())

  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      attributes={{ content: { 'aria-label': t('common:nav.search') } }}
      padding={0}
      size="lg"
      yOffset="12vh"
      centered={false}
      transitionProps={{ duration: 100 }}
    >
      <Combobox
        store={combobox}
        onOptionSubmit={(key) => {
          onClose()
          results.find((r) => r.key === key)?.run()
        }}
      >
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            variant="unstyled"
            size="lg"
            type="search"
            aria-label={t('quick.label')}
            placeholder={t('quick.label')}
            leftSection={<IconSearch size={20} aria-hidden />}
            leftSectionPointerEvents="none"
            styles={{ section: { insetInlineStart: '0.75rem' }, input: { paddingInlineStart: '2.5rem' } }}
            rightSection={busy && <Loader size="xs" aria-label={t('common:loading')} />}
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options
          aria-label={t('quick.results')}
          tabIndex={0}
          mah="55vh"
          p="xs"
          style={{ overflowY: 'auto', borderTop: '1px solid var(--wm-border)' }}
        >
          {group('accounts', t('title'))}
          {group('places', t('quick.places'))}
          {group('commands', t('quick.commands'))}
          {results.length === 0 && (
            <Combobox.Empty>{busy ? t('common:loading') : t('quick.none')}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox>
    </Modal>
  )
}
