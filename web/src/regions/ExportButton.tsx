/** Figures by hexagon as a file for others: small hexagons are withheld, and it says so. */
import { Button, Menu, NumberInput, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AccountFilter, stringifySearch } from '../app/search'
import type { View } from './useMarket'

const formats = ['csv', 'geojson'] as const
const fewest = 3
const usual = 5
const most = 1000

export function ExportButton({
  filter,
  view,
  resolution,
}: {
  filter: AccountFilter
  view: View
  resolution: number
}) {
  const { t } = useTranslation('regions')
  const [least, setLeast] = useState(usual)
  const address = (format: string) =>
    `/api/regions/export${stringifySearch({
      ...filter,
      bbox: view.bounds.map((v) => v.toFixed(5)).join(','),
      resolution,
      figures: 'money,visits,coverage',
      format,
      least,
    })}`
  return (
    <Menu position="bottom-start" shadow="md" width={280}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          {t('export.open')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="xs">{t('export.withheld', { least })}</Text>
          <NumberInput
            mt={6}
            size="xs"
            label={t('export.least')}
            min={fewest}
            max={most}
            allowDecimal={false}
            clampBehavior="strict"
            value={least}
            onChange={(value) => {
              if (typeof value === 'number' && value >= fewest) setLeast(value)
            }}
          />
        </Menu.Label>
        {formats.map((format) => (
          <Menu.Item key={format} component="a" href={address(format)} download>
            {t(`export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
