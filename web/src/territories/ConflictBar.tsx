/** The alignment was changed elsewhere: what was done here is kept, to be done again or dropped. */
import { Button, Group } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import bar from '../board/ConflictBar.module.css'
import { cellsOf, takenMeanwhile } from './conflict'
import type { Division } from './division'
import classes from './Territories.module.css'
import { useRevision } from './useColours'
import type { Edits } from './useEdits'

export function ConflictBar({
  edits,
  division,
  mayEdit,
}: {
  edits: Pick<Edits, 'conflict' | 'retryConflict' | 'dropConflict' | 'busy'>
  division: Division
  /** Whether the alignment can be changed as it is now. */
  mayEdit: boolean
}) {
  const { t } = useTranslation('territories')
  useRevision(division)
  const { conflict } = edits
  if (!conflict) return null
  const count = cellsOf(conflict)
  const taken = takenMeanwhile(division, conflict)
  return (
    <div className={`${bar.bar} ${classes.conflict}`} role="alert" data-conflict={count}>
      <IconAlertTriangle size={18} aria-hidden />
      <span className={bar.text}>
        {count > 0
          ? t('conflict.kept', { who: conflict.by, count })
          : t('conflict.keptAct', { who: conflict.by })}
        {taken > 0 && ` ${t('conflict.taken', { count: taken })}`}
        {!mayEdit && ` ${t('conflict.notNow')}`}
      </span>
      <Group gap="xs" wrap="nowrap">
        <Button size="compact-sm" disabled={!mayEdit || edits.busy} onClick={edits.retryConflict}>
          {t(count > 0 ? 'conflict.again' : 'conflict.againAct')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={edits.dropConflict}>
          {t('conflict.drop')}
        </Button>
      </Group>
    </div>
  )
}
