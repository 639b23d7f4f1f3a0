import { ActionIcon, Button, Checkbox, Popover, ScrollArea, Stack, Text, TextInput } from '@mantine/core'
import { IconColumns3 } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { matches } from '../filters/matches'
import { type Column, columnsFor, type Layout, toggled } from './columns'

/** Which columns are shown; their order is changed by dragging their heads. */
export function ColumnMenu({
  all,
  layout,
  onChange,
}: {
  all: readonly Column[]
  layout: Layout
  onChange: (layout: Layout) => void
}) {
  const { t } = useTranslation(['accounts', 'lists'])
  const [text, setText] = useState('')
  const shown = layout.columns ?? columnsFor(720)
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('columns')}>
          <IconColumns3 size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('columns')} w={260}>
        <TextInput
          size="xs"
          mb="xs"
          aria-label={t('lists:head.find')}
          placeholder={t('lists:head.find')}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
        <ScrollArea.Autosize mah={320} type="auto">
          <Stack gap={8} p={2}>
            {all
              .filter((column) => column.key !== 'name' && matches(column.label, text))
              .map((column) => (
                <Checkbox
                  key={column.key}
                  size="xs"
                  label={column.label}
                  checked={shown.includes(column.key)}
                  onChange={() => onChange({ ...layout, columns: toggled(shown, column.key) })}
                />
              ))}
          </Stack>
        </ScrollArea.Autosize>
        <Text size="xs" c="dimmed" mt="xs">
          {t('lists:head.hint')}
        </Text>
        <Button
          mt="xs"
          size="compact-xs"
          variant="subtle"
          onClick={() => onChange({ columns: null, widths: {} })}
        >
          {t('columnsThatFit')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}
