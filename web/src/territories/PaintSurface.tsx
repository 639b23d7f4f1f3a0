/**
 * Painting on the map: brush, lasso and rectangle with the pointer, and a cell cursor for
 * the keys. The wheel still zooms; the middle and the right button move the map.
 */
import { VisuallyHidden } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { cellToLatLng, gridPathCells, latLngToCell } from 'h3-js'
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import { useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { finishedPath, lassoReducer, noLasso, type Pixel } from '../map/lasso'
import { useMap } from '../map/MapView'
import { type Cursor, cursorAt, type Direction, step } from './cursor'
import type { Division } from './division'
import { hexagon, nothing } from './mapLayers'
import { type Change, nobody, type Stroke } from './painting'
import classes from './Territories.module.css'
import { useRevision } from './useColours'
import { useView } from './view'

const directions: Record<string, Direction> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

export function PaintSurface(props: {
  division: Division
  locked: ReadonlySet<number>
  /** Cells that are locked one by one. */
  kept: ReadonlySet<string>
  nameOf: (territory: number) => string
  onStroke: (change: Change) => void
  /** Cells that the lock was put on: one clicked, or those of a lasso. */
  onLock: (cells: string[]) => void
}) {
  const { division, nameOf } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const format = useFormat()
  const map = useMap()
  const tool = useView((view) => view.tool)
  const latest = useRef(props)
  latest.current = props
  const [path, setPath] = useState<Pixel[]>([])
  /** The cell that the keys are on: what is said of it follows what becomes of it. */
  const [at, setAt] = useState<string | null>(null)
  const last = useRef(at)
  last.current = at
  const [done, setDone] = useState('')
  useRevision(division)
  const says = (cell: string) => {
    const territory = division.painting.ownerOf(cell)
    const accounts = division.painting.valueOf(cell, 'accounts')
    const isLocked = props.kept.has(cell) || props.locked.has(territory)
    return [
      t('cursor.at', {
        territory: nameOf(territory),
        count: accounts,
        amount: format.number(accounts),
      }),
      ...(isLocked ? [t(props.kept.has(cell) ? 'cursor.locked' : 'cursor.lockedTerritory')] : []),
    ].join(', ')
  }
  const ended = (change: Change | null, stayed: number) => {
    const { target } = useView.getState()
    const stays = t('cursor.stayed', { count: stayed, amount: format.number(stayed) })
    if (!change && stayed > 0)
      // One at a time, however often somebody tries.
      notifications.show({
        id: 'cells-stay',
        message: stays,
        closeButtonProps: { 'aria-label': common('action.dismiss') },
        withBorder: true,
      })
    else if (change)
      setDone(
        [
          t('cursor.painted', {
            count: change.cells.length,
            amount: format.number(change.cells.length),
            territory: nameOf(target ?? nobody),
          }),
          ...(stayed > 0 ? [stays] : []),
        ].join(' '),
      )
    if (change) props.onStroke(change)
  }
  const end = useRef(ended)
  end.current = ended

  useEffect(() => {
    if (tool === 'look') return
    const { dragPan, doubleClickZoom, keyboard } = map
    for (const handler of [dragPan, doubleClickZoom, keyboard]) handler.disable()
    const surface = map.getCanvasContainer()
    const canvas = map.getCanvas()
    surface.style.cursor = 'crosshair'
    surface.style.touchAction = 'none'
    const hand = new Hand(map, division, {
      begin: () => division.painting.stroke(latest.current.locked, latest.current.kept),
      lock: (cells) => latest.current.onLock(cells),
      ended: (change, stayed) => end.current(change, stayed),
      path: setPath,
      at: setAt,
    })
    // The keys' cursor stays where it is when the tool changes, or the ground by somebody else's hand.
    if (last.current) hand.show(last.current)
    const stop = new AbortController()
    const on = <K extends keyof HTMLElementEventMap>(
      element: HTMLElement,
      name: K,
      act: (event: HTMLElementEventMap[K]) => void,
    ) => element.addEventListener(name, act, { signal: stop.signal })
    on(surface, 'pointerdown', (event) => hand.down(event))
    on(surface, 'pointermove', (event) => hand.move(event))
    on(surface, 'pointerup', (event) => hand.up(event))
    on(surface, 'pointercancel', () => hand.cancel())
    on(surface, 'pointerleave', () => hand.leave())
    on(surface, 'contextmenu', (event) => event.preventDefault())
    on(canvas, 'keydown', (event) => hand.key(event))
    on(canvas, 'keyup', (event) => hand.keyUp(event))
    on(canvas, 'blur', () => hand.finish())
    return () => {
      hand.finish()
      stop.abort()
      hand.show(null)
      setPath([])
      setDone('')
      surface.style.cursor = ''
      surface.style.touchAction = ''
      for (const handler of [dragPan, doubleClickZoom, keyboard]) handler.enable()
    }
  }, [map, division, tool])

  return (
    <>
      {createPortal(
        path.length > 1 && (
          <svg className={classes.lasso} aria-hidden="true" data-lasso>
            <polygon points={path.map((p) => p.join(',')).join(' ')} />
          </svg>
        ),
        map.getContainer(),
      )}
      <VisuallyHidden role="status" data-cursor-says>
        {tool === 'look'
          ? ''
          : at === null
            ? t(`cursor.keys.${tool === 'lock' ? 'lock' : 'paint'}`)
            : says(at)}
      </VisuallyHidden>
      <VisuallyHidden role="status" data-painted-says>
        {done}
      </VisuallyHidden>
    </>
  )
}

/** What the pointer and the keys do while a tool is in the hand. */
class Hand {
  private stroke: Stroke | null = null
  private last: string | null = null
  private lasso = noLasso
  private moving: Pixel | null = null
  private cursor: Cursor | null = null

  constructor(
    private readonly map: MapLibre,
    private readonly division: Division,
    private readonly to: {
      begin: () => Stroke
      lock: (cells: string[]) => void
      /** What a stroke did, and how many cells stayed since they are locked. */
      ended: (change: Change | null, stayed: number) => void
      path: (path: Pixel[]) => void
      at: (cell: string) => void
    },
  ) {}

  down(event: PointerEvent) {
    const surface = event.currentTarget as HTMLElement
    if (event.button === 1 || event.button === 2) {
      surface.setPointerCapture(event.pointerId)
      this.moving = this.pixel(event)
      return
    }
    const { tool, target } = useView.getState()
    if (event.button !== 0 || (target === null && tool !== 'lock')) return
    surface.setPointerCapture(event.pointerId)
    if (tool === 'brush') {
      // A second finger is a pinch: what the first one painted stays.
      if (this.stroke) return this.finish()
      this.stroke = this.to.begin()
      this.last = null
      this.brush(this.cellAt(event))
      return
    }
    this.lasso = lassoReducer(
      { ...noLasso, tool: tool === 'rectangle' ? 'rectangle' : 'lasso' },
      { type: 'down', pointer: event.pointerId, at: this.pixel(event) },
    )
  }

  move(event: PointerEvent) {
    if (this.moving) {
      const [x, y] = this.pixel(event)
      this.map.panBy([this.moving[0] - x, this.moving[1] - y], { animate: false })
      this.moving = [x, y]
      return
    }
    if (useView.getState().tool === 'brush') {
      const cell = this.cellAt(event)
      if (cell !== this.cursor?.cell) this.show(cell)
      if (this.stroke) this.brush(cell)
      return
    }
    if (this.lasso.pointer === null) return
    this.lasso = lassoReducer(this.lasso, {
      type: 'move',
      pointer: event.pointerId,
      at: this.pixel(event),
    })
    this.to.path(this.lasso.path)
  }

  up(event: PointerEvent) {
    if (this.moving) {
      this.moving = null
      return
    }
    if (this.stroke) return this.finish()
    if (this.lasso.pointer !== event.pointerId) return
    const path = finishedPath(this.lasso.path)
    this.cancel()
    const { target, tool } = useView.getState()
    if (!path) {
      if (tool === 'lock') this.lock([this.cellAt(event)])
      return
    }
    const ring = path.map((pixel) => this.map.unproject(pixel).toArray() as [number, number])
    if (tool === 'lock') return this.lock(this.division.within(ring))
    if (target === null) return
    const stroke = this.to.begin()
    this.division.paint(stroke, this.division.within(ring), target)
    this.ended(stroke)
  }

  cancel() {
    this.moving = null
    this.lasso = noLasso
    this.to.path([])
    this.finish()
  }

  leave() {
    if (!this.stroke) this.show(null)
  }

  finish() {
    const { stroke } = this
    this.stroke = null
    this.last = null
    if (stroke) this.ended(stroke)
  }

  key(event: KeyboardEvent) {
    const direction = directions[event.key]
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (direction) {
      event.preventDefault()
      const from = this.cursor ?? cursorAt(this.middle())
      const next = step(from, direction)
      this.show(next.cell, next)
      this.into(next.cell)
      if ((event.shiftKey && useView.getState().tool !== 'lock') || this.stroke) this.paintUnder()
      else this.to.at(next.cell)
    } else if (event.key === ' ') {
      event.preventDefault()
      if (!this.cursor) this.show(this.middle())
      // A key that is held down repeats; a lock would go on and off.
      if (!event.repeat || useView.getState().tool !== 'lock') this.paintUnder()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (this.cursor && this.division.painting.has(this.cursor.cell))
        useView.setState({ cell: this.cursor.cell })
    } else if (event.key === '+' || event.key === '=') this.map.zoomIn()
    else if (event.key === '-') this.map.zoomOut()
  }

  keyUp(event: KeyboardEvent) {
    if (event.key === ' ' || event.key === 'Shift') this.finish()
  }

  /** Shows the cells that the brush would paint. */
  show(cell: string | null, cursor?: Cursor) {
    this.cursor = cell === null ? null : (cursor ?? cursorAt(cell))
    const source = this.map.getSource<GeoJSONSource>('cell-cursor')
    if (!source) return
    const { brush, tool } = useView.getState()
    const cells = cell === null ? [] : this.division.painting.disk(cell, tool === 'brush' ? brush : 0)
    const all = cell !== null && cells.length === 0 ? [cell] : cells
    source.setData(
      all.length === 0
        ? nothing
        : { type: 'MultiPolygon', coordinates: all.map((each) => hexagon(each).coordinates) },
    )
  }

  /** Paints what is under the keys' cursor; the stroke ends when the key is let go. */
  private paintUnder() {
    const { target, tool } = useView.getState()
    if (!this.cursor) return
    if (tool === 'lock') return this.lock([this.cursor.cell])
    if (target === null) return
    this.stroke ??= this.to.begin()
    this.brush(this.cursor.cell)
    this.to.at(this.cursor.cell)
  }

  private lock(cells: string[]) {
    const known = cells.filter((cell) => this.division.painting.has(cell))
    if (known.length > 0) this.to.lock(known)
  }

  private brush(cell: string) {
    const { target, brush, tool } = useView.getState()
    const radius = tool === 'brush' ? brush : 0
    if (!this.stroke || target === null || cell === this.last) return
    const cells = new Set<string>()
    for (const each of this.between(cell))
      for (const under of this.division.painting.disk(each, radius)) cells.add(under)
    this.last = cell
    this.division.paint(this.stroke, cells, target)
  }

  /** The cells from the last one to this one: a fast hand leaves no gaps. */
  private between(cell: string): string[] {
    if (!this.last) return [cell]
    try {
      return gridPathCells(this.last, cell)
    } catch {
      return [cell] // too far apart, or across one of the grid's twelve pentagons
    }
  }

  private ended(stroke: Stroke) {
    this.to.ended(stroke.end(), stroke.stayed.size)
  }

  private pixel(event: PointerEvent): Pixel {
    const box = this.map.getContainer().getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  private cellAt(event: PointerEvent): string {
    const { lat, lng } = this.map.unproject(this.pixel(event))
    return latLngToCell(lat, lng, this.division.resolution)
  }

  private middle(): string {
    const { lat, lng } = this.map.getCenter()
    return latLngToCell(lat, lng, this.division.resolution)
  }

  /** Moves the map when the cursor comes near its edge. */
  private into(cell: string) {
    const [lat, lng] = cellToLatLng(cell)
    const { x, y } = this.map.project([lng, lat])
    const { clientWidth: w, clientHeight: h } = this.map.getContainer()
    const margin = Math.min(80, w / 4, h / 4)
    if (x < margin || y < margin || x > w - margin || y > h - margin)
      this.map.panTo([lng, lat], { duration: 200 })
  }
}
