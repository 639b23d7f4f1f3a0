/** Above the lanes: how they are grouped, how wide an hour is, and what the signs mean. */
import { ActionIcon, Group, SegmentedControl, Tooltip } from '@mantine/core'
import { IconLock, IconPin, IconToolsKitchen2, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { GroupBy } from './grouping'
import classes from './LanesBar.module.css'
import type { Board } from './types'
import { useView } from './view'

const zooms = [1, 1.5, 2.25, 3.4]

export function LanesBar({ board, mayEdit }: { board: Board; mayEdit: boolean }) {
  const { t } = useTranslation('board')
  const groupBy = useView((view) => view.groupBy)
  const zoom = useView((view) => view.zoom)
  const at = zooms.indexOf(zoom)
  const zoomTo = (index: number) => useView.setState({ zoom: zooms[index] ?? 1 })
  return (
    <div className={classes.bar}>
      <Group gap="sm" wrap="nowrap">
        <SegmentedControl
          size="xs"
          aria-label={t('group.label')}
          value={groupBy}
          onChange={(value) =>
            useView.setState({ groupBy: value as GroupBy, closed: new Set(), selected: [] })
          }
          data={[
            { value: 'rep', label: t('group.rep', { count: board.reps.length }) },
            { value: 'day', label: t('group.day', { count: board.days.length }) },
          ]}
        />
        <Group gap={4} wrap="nowrap">
          <Tooltip label={t('zoom.out')}>
            <ActionIcon
              size={28}
              variant="default"
              aria-label={t('zoom.out')}
              disabled={at <= 0}
              onClick={() => zoomTo(at - 1)}
            >
              <IconZoomOut size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('zoom.in')}>
            <ActionIcon
              size={28}
              variant="default"
              aria-label={t('zoom.in')}
              disabled={at >= zooms.length - 1}
              onClick={() => zoomTo(at + 1)}
            >
              <IconZoomIn size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <ul className={classes.legend} aria-label={t('legend.label')}>
        <li>
          <span className={classes.swatch} data-kind="visit">
            A
          </span>
          {t('legend.visit')}
        </li>
        <li>
          <span className={classes.swatch} data-kind="drive" />
          {t('legend.drive')}
        </li>
        <li>
          <span className={classes.swatch} data-kind="wait" />
          {t('legend.wait')}
        </li>
        <li>
          <span className={classes.swatch} data-kind="lunch">
            <IconToolsKitchen2 size={11} aria-hidden />
          </span>
          {t('legend.lunch')}
        </li>
        {mayEdit && (
          <>
            <li>
              <IconLock size={13} stroke={2.2} aria-hidden />
              {t('legend.locked')}
            </li>
            <li>
              <IconPin size={13} stroke={2.2} aria-hidden />
              {t('legend.pinned')}
            </li>
          </>
        )}
      </ul>
    </div>
  )
}
