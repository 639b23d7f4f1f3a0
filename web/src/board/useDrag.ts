/** Dragging by pointer: which lane and which place among its stops lie under it, also while the board scrolls. */
import type { DragStartEvent } from '@dnd-kit/core'
import { useEffect, useRef } from 'react'
import { axisOf, type Clock, minutesAt, positionAt } from './axis'
import { laneKey } from './grouping'
import type { Board } from './types'
import { aimAt, type Moving, useView } from './view'

/** What lies under a point of the screen. */
export function aimUnder(x: number, y: number, board: Board, clock: Clock, visitId: number): Moving['to'] {
  for (const element of document.elementsFromPoint(x, y)) {
    if (element.closest('[data-tray]')) return null
    const row = element.closest<HTMLElement>('[data-lane]')
    if (!row) continue
    const lane = board.lanes.find((lane) => laneKey(lane) === row.dataset.lane)
    const track = row.querySelector<HTMLElement>('[data-track]')?.getBoundingClientRect()
    if (!lane || !track) return undefined
    // Over the lane's name the visit goes to the beginning.
    const minutes = minutesAt(Math.max(0, x - track.left), axisOf(board.lanes, clock), track.width)
    return { repId: lane.repId, day: lane.day, position: positionAt(minutes, lane, clock, visitId) }
  }
  return undefined
}

export function useDrag({ board, clock, onDrop }: { board: Board; clock: Clock; onDrop: () => void }) {
  const pointer = useRef<{ x: number; y: number } | null>(null)
  const known = useRef({ board, clock })
  known.current = { board, clock }

  const aim = () => {
    const { moving } = useView.getState()
    const at = pointer.current
    if (moving?.via !== 'pointer' || !at) return
    aimAt(aimUnder(at.x, at.y, known.current.board, known.current.clock, moving.visitId))
  }
  const latest = useRef(aim)
  latest.current = aim

  useEffect(() => {
    const mouse = (event: MouseEvent) => {
      pointer.current = { x: event.clientX, y: event.clientY }
    }
    const touch = (event: TouchEvent) => {
      const at = event.touches[0]
      if (at) pointer.current = { x: at.clientX, y: at.clientY }
    }
    // What lies under a resting pointer changes when the board scrolls.
    const scrolled = () => latest.current()
    const early = { capture: true, passive: true }
    window.addEventListener('mousemove', mouse, early)
    window.addEventListener('touchmove', touch, early)
    window.addEventListener('touchstart', touch, early)
    window.addEventListener('scroll', scrolled, early)
    return () => {
      window.removeEventListener('mousemove', mouse, early)
      window.removeEventListener('touchmove', touch, early)
      window.removeEventListener('touchstart', touch, early)
      window.removeEventListener('scroll', scrolled, early)
    }
  }, [])

  return {
    start({ active }: DragStartEvent) {
      useView.setState({
        menu: null,
        moving: { visitId: Number(active.id), via: 'pointer', to: undefined },
      })
    },
    move: aim,
    end() {
      aim()
      onDrop()
    },
    cancel() {
      useView.setState({ moving: null })
    },
  }
}
