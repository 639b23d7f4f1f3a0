/** Below the map: what is unplanned and why, what is excluded, what was done. */
import { useDraggable } from '@dnd-kit/core'
import { Button, Tabs, Text, TextInput } from '@mantine/core'
import { IconGripVertical, IconSearch } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ClassMark } from '../accounts/Marks'
import { HistoryList } from './HistoryList'
import classes from './Tray.module.css'
import type { Board, BoardUnplanned, BoardVisit } from './types'
import { useDueWords, type VisitAct } from './VisitMenu'
import { type Tab, useView } from './view'
import { useWhy } from './words'

export function Tray(props: {
  board: Board
  mayEdit: boolean
  act: (what: VisitAct, visitId: number) => void
}) {
  const { board, mayEdit, act } = props
  const { t } = useTranslation('board')
  const tab = useView((view) => view.tab)
  const over = useView((view) => view.moving?.to === null)
  return (
    <Tabs
      value={tab}
      onChange={(value) => useView.setState({ tab: (value ?? 'unplanned') as Tab })}
      keepMounted={false}
      className={classes.tray}
      data-tray
      data-over={over}
    >
      <Tabs.List className={classes.tabs}>
        <Tabs.Tab value="unplanned">{t('tray.unplanned', { count: board.unplanned.length })}</Tabs.Tab>
        <Tabs.Tab value="excluded">{t('tray.excluded', { count: board.excluded.length })}</Tabs.Tab>
        <Tabs.Tab value="history">{t('tray.history')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="unplanned" className={classes.panel}>
        <Visits
          visits={board.unplanned}
          empty={t('tray.unplannedNone')}
          mayEdit={mayEdit}
          label={t('tray.unplanned', { count: board.unplanned.length })}
        />
      </Tabs.Panel>
      <Tabs.Panel value="excluded" className={classes.panel}>
        <Visits
          visits={board.excluded}
          empty={t('tray.excludedNone')}
          mayEdit={mayEdit}
          label={t('tray.excluded', { count: board.excluded.length })}
          onInclude={(visitId) => act('exclude', visitId)}
        />
      </Tabs.Panel>
      <Tabs.Panel value="history" className={classes.panel}>
        <HistoryList board={board} />
      </Tabs.Panel>
    </Tabs>
  )
}

const searchFrom = 12

function Visits(props: {
  visits: (BoardVisit | BoardUnplanned)[]
  empty: string
  label: string
  mayEdit: boolean
  onInclude?: (visitId: number) => void
}) {
  const { visits, empty, label, mayEdit, onInclude } = props
  const { t } = useTranslation('board')
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed.trim().toLowerCase())
  const found =
    wanted === ''
      ? visits
      : visits.filter((visit) => `${visit.name} ${visit.address}`.toLowerCase().includes(wanted))
  const scroller = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 74,
    getItemKey: (i) => found[i]?.visitId ?? i,
    overscan: 6,
  })
  if (visits.length === 0)
    return (
      <Text size="sm" c="dimmed" p="md">
        {empty}
      </Text>
    )
  return (
    <>
      {visits.length >= searchFrom && (
        <TextInput
          size="xs"
          m="xs"
          mb={0}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          placeholder={t('tray.search')}
          aria-label={t('tray.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={scroller} className={classes.scroller} tabIndex={0} aria-label={label}>
        {found.length === 0 && (
          <Text size="sm" c="dimmed" p="md">
            {t('tray.noMatch')}
          </Text>
        )}
        <ul className={classes.list} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const visit = found[item.index]
            if (!visit) return null
            return (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <TrayVisit visit={visit} mayEdit={mayEdit} onInclude={onInclude} />
              </li>
            )
          })}
        </ul>
      </section>
    </>
  )
}

function TrayVisit(props: {
  visit: BoardVisit | BoardUnplanned
  mayEdit: boolean
  onInclude: ((visitId: number) => void) | undefined
}) {
  const { visit, mayEdit, onInclude } = props
  const { t } = useTranslation('board')
  const why = useWhy()
  const due = useDueWords()
  const lit = useView((view) => view.hoverVisit === visit.visitId)
  const moving = useView((view) => view.moving?.visitId === visit.visitId)
  const { setNodeRef, listeners } = useDraggable({ id: visit.visitId, disabled: !mayEdit })
  return (
    <div
      ref={setNodeRef}
      className={classes.visit}
      data-lit={lit}
      data-moving={moving}
      data-tray-visit={visit.visitId}
      data-draggable={mayEdit}
      {...listeners}
      onPointerEnter={() => useView.setState({ hoverVisit: visit.visitId })}
      onPointerLeave={() => useView.setState({ hoverVisit: null })}
    >
      {mayEdit && <IconGripVertical size={15} aria-hidden className={classes.grip} />}
      <div className={classes.text}>
        <button
          type="button"
          className={classes.name}
          data-visit={visit.visitId}
          aria-haspopup="dialog"
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect()
            useView.setState({ menu: { visitId: visit.visitId, x: box.left, y: box.bottom } })
          }}
          onFocus={() => useView.setState({ hoverVisit: visit.visitId })}
          onBlur={() => useView.setState({ hoverVisit: null })}
        >
          {visit.name}
        </button>
        <span className={classes.why}>{'why' in visit ? why(visit) : due(visit)}</span>
      </div>
      <span className={classes.side}>
        <ClassMark value={visit.class} />
        {mayEdit && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${t(onInclude ? 'tray.include' : 'visit.moveTo')} ${visit.name}`}
            onClick={() =>
              onInclude ? onInclude(visit.visitId) : useView.setState({ moveTo: visit.visitId })
            }
          >
            {t(onInclude ? 'tray.include' : 'visit.moveTo')}
          </Button>
        )}
      </span>
    </div>
  )
}
