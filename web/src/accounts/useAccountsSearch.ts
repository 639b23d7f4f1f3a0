import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { Bounds } from '../app/accountsMap'
import {
  type AccountFilter,
  type AccountsSearch,
  filterOf,
  type MapPosition,
  positionOf,
  roundPosition,
  type Selection,
  selectionKey,
  selectionOf,
} from '../app/search'

const noFilter: AccountFilter = {
  q: undefined,
  status: undefined,
  class: undefined,
  ownerId: undefined,
  teamId: undefined,
  tag: undefined,
  coverage: undefined,
  archived: undefined,
  within: undefined,
}

/** The address bar as the state of a page with accounts: list and map both follow it. */
export function useAccountsSearch(from: '/signed-in/' | '/signed-in/accounts') {
  const search: AccountsSearch = useSearch({ from })
  const navigate = useNavigate()
  const [bounds, setBounds] = useState<Bounds | null>(null)
  const [hover, setHover] = useState<number | null>(null)

  const change = useCallback(
    (part: Partial<AccountsSearch>, replace = true) =>
      void navigate({
        to: '.',
        search: (known) => ({ ...known, ...part }),
        replace,
        resetScroll: false,
      }),
    [navigate],
  )

  const key = JSON.stringify(filterOf(search))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same conditions are the same filter
  const filter = useMemo(() => filterOf(search), [key])
  const { lon, lat, zoom, sel } = search
  const position = useMemo(() => positionOf({ lon, lat, zoom }), [lon, lat, zoom])
  const selection = useMemo(() => selectionOf(sel), [sel])

  return {
    search,
    change,
    filter,
    changeFilter: useCallback((part: Partial<AccountFilter>) => change(part, false), [change]),
    clearFilter: useCallback(() => change({ ...noFilter, inView: undefined }, false), [change]),
    position,
    bounds,
    move: useCallback(
      (to: MapPosition, box: Bounds) => {
        setBounds(box)
        change(roundPosition(to))
      },
      [change],
    ),
    selection,
    select: useCallback((to: Selection | null) => change({ sel: selectionKey(to) }), [change]),
    hover,
    setHover,
    setWithin: useCallback((within: string | undefined) => change({ within }, false), [change]),
    /** The visit planner with these sites. */
    plan: useCallback(
      (siteIds: number[]) => void navigate({ to: '/plans', search: { siteIds } }),
      [navigate],
    ),
  }
}
