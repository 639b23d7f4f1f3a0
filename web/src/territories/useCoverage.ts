/** How well the accounts of each cell are visited, and of each territory as it is painted. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, call } from '../api/client'
import type { CoverageCounts } from './colouring'
import type { Division } from './division'
import { nobody } from './painting'
import { useRevision } from './useColours'
import { useView } from './view'

export function useCoverage(division: Division) {
  const wanted = useView((view) => view.colourBy === 'coverage')
  const revision = useRevision(division)
  const box = useMemo(() => division.box(), [division])
  const { resolution } = division
  const { data } = useQuery({
    queryKey: ['regions', 'coverage', box, resolution],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions', {
          params: {
            query: { bbox: grown(box ?? [0, 0, 0, 0]).join(','), resolution, figures: 'coverage' },
          },
          signal,
        }),
      ),
    enabled: wanted && box !== null,
    placeholderData: keepPreviousData,
  })
  const byCell = useMemo(() => {
    if (!data) return undefined
    return new Map(
      data.cells.flatMap((each): [string, CoverageCounts][] =>
        each.coverage
          ? [
              [
                each.cell,
                {
                  never: each.coverage.never,
                  on_track: each.coverage.onTrack,
                  due: each.coverage.due,
                  overdue: each.coverage.overdue,
                },
              ],
            ]
          : [],
      ),
    )
  }, [data])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that cells changed hands
  const byTerritory = useMemo(() => {
    if (!byCell) return null
    const sums = new Map<number, CoverageCounts>()
    for (const [cell, counts] of byCell) {
      const owner = division.painting.ownerOf(cell)
      if (owner === nobody) continue
      const sum = sums.get(owner) ?? { never: 0, on_track: 0, due: 0, overdue: 0 }
      for (const state of ['never', 'on_track', 'due', 'overdue'] as const) sum[state] += counts[state]
      sums.set(owner, sum)
    }
    return sums
  }, [byCell, division, revision])
  return { byCell, byTerritory }
}

/** The box of the cells' middles, with room for the cells themselves, in few digits. */
const grown = ([w, s, e, n]: [number, number, number, number]) =>
  [w - 0.1, s - 0.1, e + 0.1, n + 0.1].map((value) => Number(value.toFixed(3)))
