/** Where the arrow keys lead: from cell to cell, and a lifted visit from place to place. */
import { type Clock, placeMinutes, positionAt } from './axis'
import { laneKey, type Row } from './grouping'
import type { Place } from './moves'
import type { Lane } from './types'
import type { Moving } from './view'

/** A row's heading (visitId null) or one of its visits. */
export type Cell = { key: string; visitId: number | null }

/** The cell that a key leads to from another, null when it leads nowhere. */
export function nextCell(
  rows: Row[],
  key: string,
  visitId: number | null,
  pressed: string,
  clock: Clock,
): Cell | null {
  const index = rows.findIndex((row) => row.key === key)
  const row = rows[index]
  if (!row) return null
  const stops = row.kind === 'lane' ? row.lane.stops : []
  const at = stops.findIndex((stop) => stop.visitId === visitId)
  if (pressed === 'ArrowRight') {
    const next = stops[at + 1]
    return next ? { key, visitId: next.visitId } : null
  }
  if (pressed === 'ArrowLeft') {
    if (at < 0) return null
    return { key, visitId: stops[at - 1]?.visitId ?? null }
  }
  if (pressed === 'Home') return stops[0] ? { key, visitId: stops[0].visitId } : null
  if (pressed === 'End') return stops.at(-1) ? { key, visitId: stops.at(-1)?.visitId ?? null } : null
  if (pressed !== 'ArrowDown' && pressed !== 'ArrowUp') return null
  const next = rows[index + (pressed === 'ArrowDown' ? 1 : -1)]
  if (!next) return null
  const from = stops[at]
  if (!from || row.kind !== 'lane' || next.kind !== 'lane') return { key: next.key, visitId: null }
  const time = clock(from.beginsAt, row.lane.day)
  let nearest: { visitId: number; far: number } | null = null
  for (const stop of next.lane.stops) {
    const far = Math.abs(clock(stop.beginsAt, next.lane.day) - time)
    if (!nearest || far < nearest.far) nearest = { visitId: stop.visitId, far }
  }
  return { key: next.key, visitId: nearest?.visitId ?? null }
}

/** How many places a lane has for a visit: one more than there are other stops. */
const placesIn = (lane: Lane, visitId: number) =>
  lane.stops.filter((stop) => stop.visitId !== visitId).length + 1

/** The place that a key moves a lifted visit to; undefined when the key says nothing about it. */
export function nextPlace(rows: Row[], moving: Moving, pressed: string, clock: Clock): Place | undefined {
  const lanes = rows.flatMap((row) => (row.kind === 'lane' ? [row.lane] : []))
  const { to, visitId } = moving
  const first = lanes[0]
  if (!to) return first ? { repId: first.repId, day: first.day, position: 1 } : undefined
  const index = lanes.findIndex((lane) => laneKey(lane) === laneKey(to))
  const lane = lanes[index]
  if (!lane) return undefined
  const last = placesIn(lane, visitId)
  const within = (position: number) => ({ ...to, position: Math.max(1, Math.min(last, position)) })
  switch (pressed) {
    case 'ArrowLeft':
      return within(to.position - 1)
    case 'ArrowRight':
      return within(to.position + 1)
    case 'Home':
      return within(1)
    case 'End':
      return within(last)
    case 'ArrowUp':
    case 'ArrowDown': {
      const next = lanes[index + (pressed === 'ArrowDown' ? 1 : -1)]
      if (!next) return to
      const time = placeMinutes(to.position, lane, clock, visitId)
      return { repId: next.repId, day: next.day, position: positionAt(time, next, clock, visitId) }
    }
    default:
      return undefined
  }
}
