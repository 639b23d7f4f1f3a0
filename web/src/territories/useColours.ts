import { useMemo, useRef, useSyncExternalStore } from 'react'
import { assignColours } from './colours'
import type { Division } from './division'
import { leaves } from './rows'
import type { Territory } from './types'

/** Goes up with every painted cell. */
export const useRevision = (division: Division) =>
  useSyncExternalStore(division.watch, () => division.revision)

/**
 * Colours in which neighbours differ. They are chosen for the ground as it was loaded and for
 * the territories that there are, so that nothing changes its colour while it is painted.
 */
export function useColours(
  division: Division | null,
  territories: readonly Territory[],
): ReadonlyMap<number, number> {
  const key = leaves(territories)
    .map((each) => `${each.id}:${each.colour}`)
    .join(' ')
  const latest = useRef(territories)
  latest.current = territories
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for ids and colours
  return useMemo(
    () => assignColours(leaves(latest.current), division?.painting.neighbours() ?? []),
    [division, key],
  )
}
