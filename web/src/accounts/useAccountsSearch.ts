import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { Bounds } from '../app/accountsMap'
import { type Reach, reachOf, reachText } from '../app/reach'
import {
  type AccountsSearch,
  conditionsOf,
  type MapPosition,
  positionOf,
  roundPosition,
  type Selection,
  selectionKey,
  selectionOf,
} from '../app/search'
import { asked, noFilter, withTree } from '../filters/address'
import { parseFilter } from '../filters/tree'
import { type NamedArea, withArea } from '../map/area'
import { accountQuery } from './queries'

/** No condition, said in so many words: a view's filter was taken away, and stays away after a reload. */
const saidNone = '{"all":[]}'

/** The address bar as the state of a page with accounts: list and map both follow it. */
export function useAccountsSearch(from: '/signed-in/' | '/signed-in/accounts' | '/signed-in/regions') {
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

  const key = JSON.stringify(asked(search))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same conditions are the same filter
  const filter = useMemo(() => asked(search), [key])
  const { lon, lat, zoom, sel } = search
  const position = useMemo(() => positionOf({ lon, lat, zoom }), [lon, lat, zoom])
  const selection = useMemo(() => selectionOf(sel), [sel])

  const reachName = useReachName(search.reachOf)
  const changeFilter = useCallback(
    (part: Partial<AccountsSearch>) =>
      void navigate({
        to: '.',
        search: (known: AccountsSearch) => {
          // Where a drive-time area began is of no use without it.
          const next = { ...known, ...part, ...('reach' in part ? { reachOf: undefined } : {}) }
          return next.view && conditionsOf(asked(next)) === 0 ? { ...next, filter: saidNone } : next
        },
        resetScroll: false,
      }),
    [navigate],
  )

  return {
    search,
    reachName,
    change,
    filter,
    changeFilter,
    clearFilter: useCallback(() => changeFilter({ ...noFilter, inView: undefined }), [changeFilter]),
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
    // One area at a time: a shape drawn takes the place of a drive-time area, and the other way round.
    setWithin: useCallback(
      (within: string | undefined) =>
        change({ within, cells: undefined, reach: undefined, reachOf: undefined }, false),
      [change],
    ),
    setCells: useCallback(
      (cells: string | undefined) =>
        change({ cells, within: undefined, reach: undefined, reachOf: undefined }),
      [change],
    ),
    setArea: useCallback(
      (area: NamedArea | null) =>
        changeFilter({
          ...withTree(parseFilter(withArea(filter.filter, area))),
          within: undefined,
          cells: undefined,
          reach: undefined,
        }),
      [changeFilter, filter.filter],
    ),
    setReach: useCallback(
      (reach: string) =>
        void navigate({
          to: '.',
          // Other minutes from the same place are a correction, not another step to go back.
          replace: samePlace(search.reach, reach),
          search: (known) => ({
            ...known,
            reach,
            within: undefined,
            cells: undefined,
            reachOf: samePlace(search.reach, reach) ? search.reachOf : undefined,
          }),
          resetScroll: false,
        }),
      [navigate, search.reach, search.reachOf],
    ),
    /** The drive-time area around an account's place; the account's card makes room for it. */
    reachFrom: useCallback(
      (reach: Reach, account: number) =>
        change(
          { reach: reachText(reach), reachOf: account, within: undefined, cells: undefined, sel: undefined },
          false,
        ),
      [change],
    ),
    /** The visit planner with these sites. */
    plan: useCallback(
      (siteIds: number[]) => void navigate({ to: '/plans', search: { siteIds } }),
      [navigate],
    ),
  }
}

const samePlace = (a: string | undefined, b: string) => reachOf(a)?.point.join() === reachOf(b)?.point.join()

/** The account that a drive-time area begins at, by name; undefined for a place on the map. */
function useReachName(account: number | undefined) {
  const { data } = useQuery({ ...accountQuery(account ?? 0), enabled: account !== undefined })
  return account === undefined ? undefined : data?.name
}
