/** The board's parts beside each other, and what is done to the plan in them. */
import { DndContext, DragOverlay, MouseSensor, TouchSensor, useSensor, useSensors } from '@dnd-kit/core'
import { SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PageLoading } from '../app/Fallbacks'
import { useScheme } from '../app/scheme'
import { isOpen } from '../plan/queries'
import { clockOf } from './axis'
import { BoardHeader } from './BoardHeader'
import classes from './BoardPage.module.css'
import { Carried, MovingStatus } from './Carried'
import { ConflictBar } from './ConflictBar'
import { colourOf } from './colours'
import { laneKey, rowsOf } from './grouping'
import { type LaneActions, Lanes } from './Lanes'
import { LanesBar } from './LanesBar'
import { MoveToDialog } from './MoveToDialog'
import { isElsewhere, moveTo, whereabouts } from './moves'
import { PlanningBar } from './PlanningBar'
import { Tray } from './Tray'
import type { Board, PlanHead } from './types'
import { useBoardEdits } from './useBoardEdits'
import { useDrag } from './useDrag'
import { useEffectOf } from './useEffectOf'
import { useRatings } from './useRatings'
import { type VisitAct, VisitMenu } from './VisitMenu'
import { useView } from './view'

const BoardMap = lazy(() => import('./BoardMap').then((m) => ({ default: m.BoardMap })))
const VisitTermsDialog = lazy(() =>
  import('./VisitTermsDialog').then((m) => ({ default: m.VisitTermsDialog })),
)

export function BoardBody({ board, head }: { board: Board; head: PlanHead }) {
  const { t } = useTranslation('board')
  const scheme = useScheme()
  const edits = useBoardEdits(head.id)
  const open = isOpen(head.state)
  const mayEdit = head.mayWrite && board.hidden === 0 && !open
  const groupBy = useView((view) => view.groupBy)
  const closed = useView((view) => view.closed)
  const moving = useView((view) => view.moving)
  const moveToId = useView((view) => view.moveTo)
  const termsId = useView((view) => view.terms)
  const clock = useMemo(() => clockOf(head.timeZone), [head.timeZone])
  const rows = useMemo(() => rowsOf(board, groupBy, closed), [board, groupBy, closed])
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours follow reps and days only
  const colours = useMemo(
    () => colourOf(board, groupBy, scheme),
    [board.reps.length, board.days.length, groupBy, scheme, head.id],
  )
  const emptyReps = useRef(open ? [] : repsWithoutVisits(board))
  useEffect(() => {
    // Who has nothing in the plan does not stand in the way of those who have.
    if (useView.getState().groupBy === 'rep' && emptyReps.current.length > 0)
      useView.setState({ closed: new Set(emptyReps.current.map((id) => `group/${id}`)) })
  }, [])
  const effect = useEffectOf(board, moving)
  const ratings = useRatings(board, moving?.visitId ?? null)
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  const [part, setPart] = useState<'lanes' | 'map' | 'tray'>('lanes')

  const drop = useCallback(() => {
    const { moving } = useView.getState()
    useView.setState({ moving: null })
    if (!moving || moving.to === undefined) return
    if (isElsewhere(board, moving.visitId, moving.to))
      edits.apply([moveTo(moving.visitId, moving.to)], effect.effect)
  }, [board, edits.apply, effect.effect])
  const act = (what: VisitAct, visitId: number) => {
    const found = whereabouts(board, visitId)
    if (!found || !mayEdit) return
    if (what === 'exclude') edits.apply([{ visitId, excluded: found.kind !== 'excluded' }])
    else if (found.kind !== 'stop') return
    else if (what === 'lock') edits.apply([{ visitId, locked: !found.visit.locked }])
    else if (what === 'pin') edits.apply([{ visitId, pinned: !found.visit.pinned }])
    else edits.apply([{ visitId, unplan: true }])
  }
  const actions: LaneActions = {
    drop,
    lock: (visitId) => act('lock', visitId),
    pin: (visitId) => act('pin', visitId),
    exclude: (visitId) => act('exclude', visitId),
    unplan: (visitId) => act('unplan', visitId),
  }
  const drag = useDrag({ board, clock, onDrop: drop })
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 260, tolerance: 8 } }),
  )

  const { canUndo, canRedo } = board.history
  const undo = mayEdit && canUndo ? edits.undo : null
  const redo = mayEdit && canRedo ? edits.redo : null
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const element = event.target as HTMLElement
      if (!(event.ctrlKey || event.metaKey) || /^(input|textarea|select)$/i.test(element.tagName)) return
      const key = event.key.toLowerCase()
      const step = key === 'y' || (key === 'z' && event.shiftKey) ? redo : key === 'z' ? undo : null
      if (!step) return
      event.preventDefault()
      step()
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [undo, redo])

  /** Shows a visit that was clicked on the map: its lane, in view, and its menu. */
  const pick = (visitId: number) => {
    const found = whereabouts(board, visitId)
    if (found?.kind === 'stop') {
      if (phone) setPart('lanes')
      useView.setState({ selected: [laneKey(found.lane)] })
    } else if (phone) setPart('tray')
    requestAnimationFrame(() => {
      const element = document.querySelector<HTMLElement>(`[data-visit="${visitId}"]`)
      element?.scrollIntoView({ block: 'center' })
      element?.focus()
    })
  }

  const lanes = (
    <div className={classes.lanes}>
      <LanesBar board={board} mayEdit={mayEdit} />
      <Lanes
        board={board}
        rows={rows}
        clock={clock}
        colourOf={colours}
        mayEdit={mayEdit}
        stale={edits.stale}
        ratings={ratings}
        actions={actions}
      />
      <MovingStatus board={board} effect={effect} />
    </div>
  )
  const map = (
    <div className={classes.map}>
      <Suspense fallback={<PageLoading />}>
        <BoardMap board={board} colourOf={colours} onPick={pick} />
      </Suspense>
    </div>
  )
  const tray = <Tray board={board} mayEdit={mayEdit} act={act} />

  return (
    <DndContext
      sensors={sensors}
      onDragStart={drag.start}
      onDragMove={drag.move}
      onDragEnd={drag.end}
      onDragCancel={drag.cancel}
      autoScroll={{ threshold: { x: 0.04, y: 0.12 } }}
      accessibility={{ announcements: silent, screenReaderInstructions: { draggable: '' } }}
    >
      <div className={classes.page} data-board={head.id} data-version={board.plan.version}>
        <BoardHeader board={board} head={head} edits={edits} undo={undo} redo={redo} mayEdit={mayEdit} />
        {open && <PlanningBar head={head} />}
        {edits.conflict && <ConflictBar board={board} edits={edits} />}
        {phone ? (
          <>
            <SegmentedControl
              className={classes.parts}
              aria-label={t('parts.label')}
              value={part}
              onChange={(value) => setPart(value as typeof part)}
              data={[
                { value: 'lanes', label: t('parts.lanes') },
                { value: 'map', label: t('parts.map') },
                { value: 'tray', label: t('parts.tray', { count: board.unplanned.length }) },
              ]}
              fullWidth
            />
            <div className={classes.body}>{part === 'lanes' ? lanes : part === 'map' ? map : tray}</div>
          </>
        ) : (
          <div className={classes.body}>
            {lanes}
            <aside className={classes.side} aria-label={t('side')}>
              {map}
              <div className={classes.trayPart}>{tray}</div>
            </aside>
          </div>
        )}
      </div>
      <DragOverlay dropAnimation={null} className={classes.overlay}>
        {moving?.via === 'pointer' && <Carried board={board} effect={effect} ratings={ratings} />}
      </DragOverlay>
      <VisitMenu board={board} mayEdit={mayEdit} act={act} />
      {moveToId !== null && (
        <MoveToDialog key={moveToId} board={board} visitId={moveToId} onMoves={edits.apply} />
      )}
      {termsId !== null && (
        <Suspense>
          <VisitTermsDialog key={termsId} board={board} visitId={termsId} edits={edits} />
        </Suspense>
      )}
    </DndContext>
  )
}

/** Those reps who have no visit while others have some. */
function repsWithoutVisits(board: Board): number[] {
  const busy = new Set(board.lanes.filter((lane) => lane.stops.length > 0).map((lane) => lane.repId))
  return busy.size === 0 ? [] : board.reps.map((rep) => rep.id).filter((id) => !busy.has(id))
}

/** What is dragged by pointer is seen; what is carried by keys is told by MovingStatus. */
const silent = {
  onDragStart: () => undefined,
  onDragOver: () => undefined,
  onDragEnd: () => undefined,
  onDragCancel: () => undefined,
}
