import { Combobox, Loader, Text, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconMapPin } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlaces } from '../api/queries'
import type { Place, Point } from '../api/types'
import { useProblemText } from '../app/problemText'

type Props = {
  label: string
  description?: string
  placeholder?: string
  value: string
  onChange: (text: string) => void
  onPlace: (place: Place) => void
  near?: Point
  error?: string
  required?: boolean
  /** false inside of a popover, which a click elsewhere would close. */
  withinPortal?: boolean
}

/** A text field that offers addresses, streets and places of the loaded extract. */
export function PlaceSearch({
  label,
  description,
  placeholder,
  value,
  onChange,
  onPlace,
  near,
  error,
  required,
  withinPortal = true,
}: Props) {
  const { t } = useTranslation(['accounts', 'common'])
  const problemText = useProblemText()
  const [asked] = useDebouncedValue(value, 200)
  const [typed, setTyped] = useState(false)
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const places = usePlaces(typed ? asked : '', near)
  const items = places.data ?? []
  const open = typed && asked.trim().length >= 2

  return (
    <Combobox
      store={combobox}
      withinPortal={withinPortal}
      onOptionSubmit={(index) => {
        const place = items[Number(index)]
        if (place) onPlace(place)
        setTyped(false)
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <TextInput
          label={label}
          description={description}
          placeholder={placeholder}
          error={error}
          required={required}
          withAsterisk={false}
          value={value}
          leftSection={<IconMapPin size={18} aria-hidden />}
          rightSection={
            places.isFetching && <Loader size="xs" role="status" aria-label={t('common:loading')} />
          }
          autoComplete="off"
          onChange={(e) => {
            onChange(e.currentTarget.value)
            setTyped(true)
            combobox.openDropdown()
            combobox.resetSelectedOption()
          }}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!open}>
        <Combobox.Options aria-label={t('place.suggestions')} mah={280} style={{ overflowY: 'auto' }}>
          {items.map((place, index) => (
            <Combobox.Option
              value={String(index)}
              key={`${place.kind}-${place.label}-${place.point?.join()}`}
            >
              <Text size="sm" fw={550}>
                {place.label}
              </Text>
              <Text size="xs" c="dimmed">
                {[t(`place.${place.kind as 'house'}`), place.detail].filter(Boolean).join(' · ')}
              </Text>
            </Combobox.Option>
          ))}
          {items.length === 0 && !places.isFetching && (
            <Combobox.Empty>{places.error ? problemText(places.error) : t('place.none')}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
