/** A field chosen by typing a part of its name. */
import { Combobox, type ComboboxStore, TextInput, useCombobox } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Catalogue } from './fields'
import { matches } from './matches'
import type { Field } from './types'

export function FieldPicker({ catalogue, onPick }: { catalogue: Catalogue; onPick: (field: Field) => void }) {
  const { t, i18n } = useTranslation('filters')
  const [text, setText] = useState('')
  const combobox: ComboboxStore = useCombobox({ opened: true })
  const found = catalogue.list.filter((field) => matches(field.label, text))
  const groups = [...new Set(found.map((field) => field.group))]
  const groupName = (group: string) => {
    const key = `filters:group.${group}`
    return i18n.exists(key) ? i18n.t(key as 'filters:group.other') : group
  }
  const keys = found.map((field) => field.key).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: other results, other first one
  useEffect(() => {
    combobox.selectFirstOption()
  }, [keys])
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(key) => {
        const field = catalogue.byKey.get(key)
        if (field) onPick(field)
      }}
    >
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          size="sm"
          aria-label={t('addHint')}
          placeholder={t('addHint')}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <Combobox.Options
        aria-label={t('value.field')}
        tabIndex={0}
        mt="xs"
        mah={320}
        style={{ overflowY: 'auto' }}
      >
        {groups.map((group) => (
          <Combobox.Group key={group} label={groupName(group)}>
            {found
              .filter((field) => field.group === group)
              .map((field) => (
                <Combobox.Option key={field.key} value={field.key}>
                  {field.label}
                </Combobox.Option>
              ))}
          </Combobox.Group>
        ))}
        {found.length === 0 && <Combobox.Empty>{t('noField')}</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  )
}
