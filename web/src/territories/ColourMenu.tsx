/** What the map shows: the colours of cells, and layers over them. */
import { ActionIcon, Checkbox, NativeSelect, Popover, Stack, Text, Tooltip } from '@mantine/core'
import { IconStack2 } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import type { Division } from './division'
import classes from './Territories.module.css'
import { type ColourBy, useView } from './view'

const choices: ColourBy[] = [
  'territory',
  'accounts',
  'customers',
  'openProspects',
  'revenue',
  'potential',
  'visitHours',
  'coverage',
]

export function ColourMenu({ division, mayCompare }: { division: Division; mayCompare: boolean }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const { colourBy, gaps, moves } = useView()
  const [open, setOpen] = useState(false)
  const found = division.painting.gaps()
  return (
    <div className={classes.colourMenu}>
      <NativeSelect
        size="sm"
        variant="unstyled"
        aria-label={t('colour.label')}
        value={colourBy}
        data={choices.map((value) => ({ value, label: t(`colour.${value}`) }))}
        onChange={(event) => {
          const next = choices.find((each) => each === event.currentTarget.value)
          if (next) useView.setState({ colourBy: next })
        }}
      />
      <Popover position="bottom-end" width={280} trapFocus withArrow opened={open} onChange={setOpen}>
        <Popover.Target>
          <Tooltip label={t('layer.title')} disabled={open}>
            <ActionIcon
              size={34}
              variant="default"
              aria-label={t('layer.title')}
              onClick={() => setOpen(!open)}
            >
              <IconStack2 size={18} />
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="sm">
            <Checkbox
              label={t('layer.gaps')}
              description={
                found.cells === 0
                  ? t('layer.noGaps')
                  : t('layer.gapsLead', {
                      cells: format.number(found.cells),
                      accounts: format.number(found.accounts),
                    })
              }
              checked={gaps}
              onChange={(event) => useView.setState({ gaps: event.currentTarget.checked })}
            />
            {mayCompare && (
              <Checkbox
                label={t('layer.moves')}
                description={t('layer.movesLead')}
                checked={moves}
                onChange={(event) => useView.setState({ moves: event.currentTarget.checked })}
              />
            )}
            <Text size="xs" c="dimmed">
              {t('layer.overlaps')}
            </Text>
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </div>
  )
}
