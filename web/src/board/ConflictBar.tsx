/** The plan was changed elsewhere: what was meant is kept, to be done again or dropped. */
import { Button, Group } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import classes from './ConflictBar.module.css'
import { whereabouts } from './moves'
import { useNames } from './names'
import type { Board, Move } from './types'
import type { BoardEdits } from './useBoardEdits'

export function ConflictBar({
  board,
  edits,
}: {
  board: Board
  edits: Pick<BoardEdits, 'conflict' | 'retryConflict' | 'dropConflict'>
}) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const names = useNames()
  const moves = edits.conflict?.moves ?? []
  const words = (move: Move) => {
    const name = whereabouts(board, move.visitId)?.visit.name ?? ''
    if (move.to)
      return t('step.moved', {
        name,
        rep: board.reps.find((rep) => rep.id === move.to?.repId)?.name ?? '',
        day: names.day(move.to.day),
      })
    if (move.unplan) return t('step.unplanned', { name })
    if (move.excluded !== undefined) return t(move.excluded ? 'step.excluded' : 'step.included', { name })
    if (move.locked !== undefined) return t(move.locked ? 'step.locked' : 'step.lockedOff', { name })
    return t(move.pinned ? 'step.pinned' : 'step.pinnedOff', { name })
  }
  const first = moves[0]
  return (
    <div className={classes.bar} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <span className={classes.text}>
        {first ? t('conflict.kept', { what: words(first) }) : t('conflict.gone')}
      </span>
      <Group gap="xs" wrap="nowrap">
        {first && (
          <Button size="compact-sm" onClick={edits.retryConflict}>
            {t('conflict.again')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={edits.dropConflict}>
          {first ? t('conflict.drop') : common('action.dismiss')}
        </Button>
      </Group>
    </div>
  )
}
