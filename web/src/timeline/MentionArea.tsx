import { Combobox, Textarea, useCombobox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, usersQuery } from '../api/queries'
import { mentionAt } from './mentions'

/** A text in which @ offers the colleagues. `people` collects whom one has chosen. */
export function MentionArea({
  label,
  placeholder,
  value,
  onChange,
  people,
  onSubmit,
  autoFocus,
  minRows = 2,
}: {
  label: string
  placeholder?: string
  value: string
  onChange: (value: string) => void
  people: Map<string, number>
  onSubmit: () => void
  autoFocus?: boolean
  minRows?: number
}) {
  const { t } = useTranslation('timeline')
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const [at, setAt] = useState<{ from: number; typed: string } | null>(null)
  const wanted = at?.typed.toLocaleLowerCase() ?? ''
  const found = at
    ? (users.data ?? []).filter((u) => u.active && u.name.toLocaleLowerCase().includes(wanted)).slice(0, 6)
    : []

  const look = (field: HTMLTextAreaElement) => {
    const next = mentionAt(field.value, field.selectionStart)
    setAt(next)
    if (next) {
      combobox.openDropdown()
      combobox.selectFirstOption()
    } else combobox.closeDropdown()
  }

  return (
    <Combobox
      store={combobox}
      withinPortal
      position="bottom-start"
      width={280}
      onOptionSubmit={(id) => {
        const person = found.find((u) => String(u.id) === id)
        if (person && at) {
          people.set(person.name, person.id)
          onChange(`${value.slice(0, at.from)}@${person.name} ${value.slice(at.from + 1 + at.typed.length)}`)
        }
        setAt(null)
        combobox.closeDropdown()
      }}
    >
      <Combobox.EventsTarget withKeyboardNavigation={at !== null && found.length > 0}>
        <Combobox.DropdownTarget>
          <Textarea
            aria-label={label}
            placeholder={placeholder}
            autosize
            minRows={minRows}
            maxRows={16}
            maxLength={20_000}
            value={value}
            data-autofocus={autoFocus || undefined}
            autoFocus={autoFocus}
            dir="auto"
            onChange={(event) => {
              onChange(event.currentTarget.value)
              look(event.currentTarget)
            }}
            onBlur={() => combobox.closeDropdown()}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault()
                onSubmit()
              }
            }}
          />
        </Combobox.DropdownTarget>
      </Combobox.EventsTarget>
      <Combobox.Dropdown hidden={found.length === 0}>
        <Combobox.Options aria-label={t('people')}>
          {found.map((u) => (
            <Combobox.Option key={u.id} value={String(u.id)}>
              {u.name}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
