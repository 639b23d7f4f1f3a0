/** What of the board is open, lit, or on its way: shared by lanes, map and tray, kept apart from the plan. */
import { create } from 'zustand'
import type { GroupBy } from './grouping'
import type { Place } from './moves'

/** A visit on its way; `to` is null over the tray, undefined over nothing. */
export type Moving = { visitId: number; via: 'pointer' | 'keyboard'; to: Place | null | undefined }

/** What lies below the map. */
export type Tab = 'unplanned' | 'excluded' | 'history'

type View = {
  groupBy: GroupBy
  closed: ReadonlySet<string>
  zoom: number
  hoverVisit: number | null
  hoverLane: string | null
  /** The lanes whose routes stay on the map. */
  selected: readonly string[]
  moving: Moving | null
  /** The visit whose menu is open, and where it was clicked. */
  menu: { visitId: number; x: number; y: number } | null
  /** The visit for which a place is looked for. */
  moveTo: number | null
  /** The visit of which is shown what it asks for. */
  terms: number | null
  tab: Tab
}

const first: View = {
  groupBy: 'rep',
  closed: new Set(),
  zoom: 1,
  hoverVisit: null,
  hoverLane: null,
  selected: [],
  moving: null,
  menu: null,
  moveTo: null,
  terms: null,
  tab: 'unplanned',
}

export const useView = create<View>(() => first)

/** A new board begins with everything open and nothing selected; how it is grouped stays. */
export const resetView = () => useView.setState(({ groupBy }) => ({ ...first, groupBy }))

export function toggleClosed(key: string) {
  useView.setState(({ closed }) => {
    const next = new Set(closed)
    if (!next.delete(key)) next.add(key)
    return { closed: next }
  })
}

const samePlace = (a: Moving['to'], b: Moving['to']) =>
  a === b || (a && b && a.repId === b.repId && a.day === b.day && a.position === b.position)

/** The place under the pointer or the arrow keys; nothing is drawn anew while it stays the same. */
export function aimAt(to: Moving['to']) {
  const { moving } = useView.getState()
  if (!moving || samePlace(moving.to, to)) return
  useView.setState({ moving: { ...moving, to } })
}

/** Shows these lanes on the map, or stops showing them when they are all that is shown. */
export function toggleSelected(keys: string[]) {
  useView.setState(({ selected }) => ({
    selected: selected.length === keys.length && keys.every((key) => selected.includes(key)) ? [] : keys,
  }))
}
