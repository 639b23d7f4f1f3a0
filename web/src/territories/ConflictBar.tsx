/** The alignment was changed elsewhere: what was painted is kept, to be done again or dropped. */
import { Button, Group } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import bar from '../board/ConflictBar.module.css'
import type { Edits } from './useEdits'

export function ConflictBar({
  edits,
}: {
  edits: Pick<Edits, 'conflict' | 'retryConflict' | 'dropConflict'>
}) {
  const { t } = useTranslation('territories')
  const { conflict } = edits
  if (!conflict) return null
  const cells = new Set(conflict.changes.flatMap((change) => change.cells)).size
  return (
    <div className={bar.bar} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <span className={bar.text}>{t('conflict.kept', { who: conflict.by, count: cells })}</span>
      <Group gap="xs" wrap="nowrap">
        <Button size="compact-sm" onClick={edits.retryConflict}>
          {t('conflict.again')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={edits.dropConflict}>
          {t('conflict.drop')}
        </Button>
      </Group>
    </div>
  )
}
