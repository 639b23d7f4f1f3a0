/** Which file, with which columns; the download is a link, so that the browser has all of its means. */
import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { type Exported, exportAddress, type Format, formats, mostIds } from './address'

export function ExportDialog({
  what,
  count,
  columns,
  onClose,
}: {
  what: Exported
  count: number | undefined
  /** Those of the list, in their order. */
  columns?: readonly string[] | undefined
  onClose: () => void
}) {
  const { t } = useTranslation(['export', 'common'])
  const format = useFormat()
  const [chosen, setChosen] = useState<Format>('csv')
  const [which, setWhich] = useState<'all' | 'shown'>('all')
  const tooMany = (what.ids?.join(',').length ?? 0) > mostIds
  const address = exportAddress(what, chosen, which === 'shown' && columns ? columns : null)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('title', { count: count ?? 0, formatted: format.number(count ?? 0) })}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <Stack gap="lg">
        <Radio.Group label={t('format')} value={chosen} onChange={(value) => setChosen(value as Format)}>
          <Stack gap="xs" mt="xs">
            {formats.map((one) => (
              <Radio key={one} value={one} label={t(`formats.${one}`)} description={t(`means.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
        {columns && (
          <Radio.Group
            label={t('columns')}
            value={which}
            onChange={(value) => setWhich(value as 'all' | 'shown')}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="all" label={t('allColumns')} description={t('allMeans')} />
              <Radio value="shown" label={t('shownColumns')} />
            </Stack>
          </Radio.Group>
        )}
        <Text size="xs" c={tooMany ? 'red' : 'dimmed'} role={tooMany ? 'alert' : undefined}>
          {tooMany ? t('tooMany') : t('noted')}
        </Text>
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button
            component="a"
            href={address}
            download
            data-disabled={tooMany || undefined}
            aria-disabled={tooMany || undefined}
            leftSection={<IconDownload size={18} aria-hidden />}
            onClick={(event) => {
              if (tooMany) event.preventDefault()
              else onClose()
            }}
          >
            {t('download')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
