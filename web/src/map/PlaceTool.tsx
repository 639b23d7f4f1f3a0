/** Selects a county, a town, a postcode … of the extract by its name. */
import { Combobox, Loader, Popover, Text, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconMapSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { boundariesQuery } from '../territories/queries'
import type { NamedArea } from './area'
import { MapButton } from './MapControls'

export function PlaceTool({ onArea }: { onArea: (area: NamedArea) => void }) {
  const { t } = useTranslation(['map', 'filters'])
  const [open, setOpen] = useState(false)
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="left-start"
      shadow="md"
      trapFocus
      returnFocus
      // The button says by `aria-pressed` what the element around it may not say.
      withRoles={false}
    >
      <Popover.Target>
        <div>
          <MapButton label={t('tool.place')} pressed={open} quiet={open} onClick={() => setOpen(!open)}>
            <IconMapSearch size={20} />
          </MapButton>
        </div>
      </Popover.Target>
      <Popover.Dropdown w={280} role="dialog" aria-label={t('tool.place')}>
        <Search
          onArea={(area) => {
            setOpen(false)
            onArea(area)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}

function Search({ onArea }: { onArea: (area: NamedArea) => void }) {
  const { t } = useTranslation(['map', 'filters'])
  const problemText = useProblemText()
  const combobox = useCombobox()
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const { data, error } = useQuery(boundariesQuery(q))
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(id) => {
        const area = data?.find((each) => String(each.id) === id)
        if (area) onArea({ place: area.id, name: area.name })
      }}
    >
      <Combobox.EventsTarget>
        <TextInput
          size="sm"
          data-autofocus
          label={t('tool.place')}
          placeholder={t('tool.placeHint')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.resetSelectedOption()
          }}
        />
      </Combobox.EventsTarget>
      <Combobox.Options mah={260} style={{ overflowY: 'auto' }} mt={6} aria-label={t('tool.place')}>
        {data?.map((area) => (
          <Combobox.Option key={area.id} value={String(area.id)}>
            <Text size="sm" truncate>
              {area.name}
            </Text>
            <Text size="xs" c="dimmed">
              {t(`filters:value.areaKind.${area.kind as 'place'}`)}
            </Text>
          </Combobox.Option>
        ))}
        {data?.length === 0 && <Combobox.Empty>{t('tool.placeNone')}</Combobox.Empty>}
      </Combobox.Options>
      {!data && !error && <Loader size="sm" mt="xs" />}
      {error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problemText(error)}
        </Text>
      )}
    </Combobox>
  )
}
