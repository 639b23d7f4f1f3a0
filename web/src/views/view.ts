/** Saved views of the list, and whether what is shown is still what was saved. */

import type { Layout } from '../accounts/columns'
import { type AccountsSearch, conditionsOf, type Sort } from '../app/search'
import { addressOfTree, asked, wholeTree } from '../filters/address'
import { type FilterNode, filterText, pruned } from '../filters/tree'
import type { View } from '../filters/types'

export const builtins = ['all', 'mine', 'overdue', 'never'] as const
export type Builtin = (typeof builtins)[number]

export type Show = 'list' | 'map' | 'both'
/** What a view says of the map. */
export type MapSettings = {
  show?: Show
  layer?: 'regions'
  colour?: string
  lon?: number
  lat?: number
  zoom?: number
}

/** A view as the page uses it, built in or saved. */
export type AnyView = {
  /** What the address bar calls it. */
  key: string
  filter: FilterNode | null
  sort: Sort | undefined
  columns: string[] | null
  widths: Record<string, number>
  map: MapSettings
  saved: View | null
}

const builtinFilters: Record<Builtin, FilterNode | null> = {
  all: null,
  mine: { field: 'ownerId', op: 'in', value: ['me'] },
  overdue: { field: 'coverage', op: 'in', value: ['overdue'] },
  never: { field: 'coverage', op: 'in', value: ['never'] },
}

export const builtinView = (key: Builtin): AnyView => ({
  key,
  filter: builtinFilters[key],
  sort: key === 'overdue' ? 'dueOn' : undefined,
  columns: null,
  widths: {},
  map: {},
  saved: null,
})

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

function mapOf(map: View['map']): MapSettings {
  const { show, layer, colour, lon, lat, zoom } = (map ?? {}) as Record<string, unknown>
  return {
    ...(show === 'list' || show === 'map' || show === 'both' ? { show } : {}),
    ...(layer === 'regions' ? { layer } : {}),
    ...(typeof colour === 'string' ? { colour } : {}),
    ...(isNumber(lon) && isNumber(lat) && isNumber(zoom) ? { lon, lat, zoom } : {}),
  }
}

export const savedView = (view: View): AnyView => ({
  key: String(view.id),
  filter: pruned(view.filter),
  sort: view.sort || undefined,
  columns: (view.columns ?? []).length > 0 ? [...(view.columns ?? [])] : null,
  widths: { ...view.widths },
  map: mapOf(view.map),
  saved: view,
})

/** The view that an address names; one that is gone, or none, is "all". */
export function viewOf(key: string | undefined, saved: readonly View[]): AnyView {
  const builtin = builtins.find((name) => name === key)
  if (builtin) return builtinView(builtin)
  const found = saved.find((view) => String(view.id) === key)
  return found ? savedView(found) : builtinView('all')
}

/** The address that shows a view. */
export function addressOfView(view: AnyView): Partial<AccountsSearch> {
  const { show, layer, colour, lon, lat, zoom } = view.map
  return {
    ...addressOfTree(view.filter),
    reachOf: undefined,
    sort: view.sort,
    view: view.key === 'all' ? undefined : view.key,
    inView: undefined,
    sel: undefined,
    show,
    layer,
    colour,
    ...(lon === undefined ? {} : { lon, lat, zoom }),
  }
}

/** Whether an address names a view and says nothing else: a link to it. */
export const isLinkToView = (search: AccountsSearch) =>
  search.view !== undefined &&
  search.filter === undefined &&
  conditionsOf(asked(search)) === 0 &&
  !search.sort

export const layoutOf = (view: AnyView): Layout => ({ columns: view.columns, widths: view.widths })

const sameLayout = (a: Layout, b: Layout) =>
  JSON.stringify([a.columns, Object.entries(a.widths).sort()]) ===
  JSON.stringify([b.columns, Object.entries(b.widths).sort()])

/**
 * Whether what is shown differs from the view. Where the map looks is no change, nor is
 * list or map where the view says nothing of it.
 */
export function isChanged(view: AnyView, search: AccountsSearch, layout: Layout): boolean {
  return (
    filterText(wholeTree(search)) !== filterText(wholeTree(addressOfTree(view.filter) as AccountsSearch)) ||
    (search.sort ?? undefined) !== view.sort ||
    (view.saved !== null &&
      (search.show !== view.map.show ||
        search.layer !== view.map.layer ||
        search.colour !== view.map.colour)) ||
    !sameLayout(layout, layoutOf(view))
  )
}

/** What is shown, as a view is stored. */
export function contentOf(search: AccountsSearch, layout: Layout) {
  const { show, layer, colour, lon, lat, zoom } = search
  return {
    filter: wholeTree(search),
    sort: search.sort ?? '',
    columns: [...(layout.columns ?? [])],
    widths: { ...layout.widths },
    map: {
      ...(show ? { show } : {}),
      ...(layer ? { layer } : {}),
      ...(colour ? { colour } : {}),
      ...(lon === undefined ? {} : { lon, lat, zoom }),
    },
  }
}
