/** What is in the cell that was clicked. */
import { Button, CloseButton, Text, VisuallyHidden } from '@mantine/core'
import { IconLock, IconLockOpen } from '@tabler/icons-react'
import { cellToBoundary } from 'h3-js'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '../app/links'
import { useFormat } from '../i18n/format'
import { withinOf } from '../map/lasso'
import type { Division } from './division'
import type { CellFigure } from './painting'
import classes from './Territories.module.css'
import { useRevision } from './useColours'
import { useView } from './view'
import { useFigureText } from './words'

const shown: CellFigure[] = ['accounts', 'customers', 'openProspects', 'revenue', 'potential', 'visitHours']

export function CellCard({
  division,
  cell,
  nameOf,
  kept,
  onLock,
}: {
  division: Division
  cell: string
  nameOf: (territory: number) => string
  /** Whether the cell is locked. */
  kept: boolean
  onLock: (() => void) | null
}) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const figureText = useFigureText()
  useRevision(division)
  const { painting } = division
  const accounts = painting.valueOf(cell, 'accounts')
  return (
    <section className={classes.card} aria-label={t('cell.title')} data-cell={cell}>
      <header aria-live="polite">
        <strong>
          {nameOf(painting.ownerOf(cell))}
          {kept && <VisuallyHidden>, {t('cursor.locked')}</VisuallyHidden>}
        </strong>
        <CloseButton
          size="sm"
          aria-label={t('cell.close')}
          onClick={() => useView.setState({ cell: null })}
        />
      </header>
      <Text size="xs" c="dimmed" ff="monospace">
        {cell}
      </Text>
      <dl>
        {shown.map((figure) => (
          <div key={figure}>
            <dt>{t(`colour.${figure}`)}</dt>
            <dd>{figureText(figure, painting.valueOf(cell, figure))}</dd>
          </div>
        ))}
      </dl>
      {!onLock && kept && (
        <Text size="sm" mb="xs">
          <IconLock size={14} aria-hidden /> {t('cell.nowLocked', { count: 1 })}
        </Text>
      )}
      {onLock && (
        <Button
          size="compact-sm"
          variant="default"
          mb="xs"
          leftSection={kept ? <IconLock size={16} aria-hidden /> : <IconLockOpen size={16} aria-hidden />}
          aria-pressed={kept}
          onClick={onLock}
        >
          {t(kept ? 'cell.locked' : 'cell.lock')}
        </Button>
      )}
      {accounts > 0 && (
        <LinkAnchor
          size="sm"
          to="/accounts"
          search={{ within: withinOf(cellToBoundary(cell, true).slice(0, -1) as [number, number][]) }}
        >
          {t('cell.openList', { count: accounts, amount: format.number(accounts) })}
        </LinkAnchor>
      )}
    </section>
  )
}
