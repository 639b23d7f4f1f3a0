/** What pages hand to `<AccountsMap>` (map/index.ts) and hear from it. */
import type { NamedArea } from '../map/area'
import type { AccountFilter, MapPosition, Selection } from './search'

export type Bounds = [west: number, south: number, east: number, north: number]

export type AccountsMapProps = {
  /** The filter of the list beside the map. */
  filter: AccountFilter
  /** Points one by one and clusters, or hexagons. */
  layer?: 'accounts' | 'regions'
  /** The custom field whose colours the points have; undefined: their status. */
  colour?: string | undefined
  onColour?: ((field: string | undefined) => void) | undefined
  /** Where to look; null: the whole extract. Followed when it changes from outside. */
  position: MapPosition | null
  /** After a move by hand, at rest. */
  onMove?: (position: MapPosition, bounds: Bounds) => void
  selection: Selection | null
  /** A click on a point, or null for a click on nothing. */
  onSelect: (selection: Selection | null) => void
  /** The account under the pointer, here or in the list. */
  hover?: number | null
  onHover?: (account: number | null) => void
  /** A lasso drawn, as the filter's `within`; undefined when it, or a drive-time area, was removed. */
  onWithin?: (within: string | undefined) => void
  /** Hexagons picked with shift-click, as the filter's `cells`. */
  onCells?: (cells: string | undefined) => void
  /** A named area chosen, as a condition of the filter; null when it was removed. */
  onArea?: (area: NamedArea | null) => void
  /** The name of the place where the filter's drive-time area begins, when it has one. */
  reachName?: string | undefined
  /** Another drive-time area, as the filter's `reach`. */
  onReach?: (reach: string) => void
  /** "Show as list", where the list is not beside the map. */
  onList?: (() => void) | undefined
  /** "Plan visits" in the summary of a lasso. */
  onPlan?: (siteIds: number[]) => void
}
