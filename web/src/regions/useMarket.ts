/** The figures of the hexagons around what the map shows, and of the view as a whole. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, call } from '../api/client'
import { type AccountFilter, filterQuery } from '../app/search'
import { type Bounds, snapped } from './view'

export type View = { bounds: Bounds; zoom: number }

export function useCells(filter: AccountFilter, view: View | null, resolution: number | undefined) {
  const box = view && snapped(view.bounds, view.zoom)
  const zoom = view ? Math.round(view.zoom) : 0
  return useQuery({
    queryKey: [
      'regions',
      filterQuery(filter),
      box,
      resolution ?? null,
      resolution === undefined ? zoom : null,
    ],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions', {
          params: {
            query: {
              ...filter,
              bbox: (box ?? []).join(','),
              ...(resolution === undefined ? { zoom } : { resolution }),
            },
          },
          signal,
        }),
      ),
    enabled: box !== null,
    placeholderData: keepPreviousData,
  })
}

/** Resolution of the hexagons that the totals are asked with: the coarser, the less is counted twice. */
const coarse = 3

export function useTotals(filter: AccountFilter, view: View | null) {
  const bbox = view?.bounds.map((v) => v.toFixed(5)).join(',') ?? ''
  return useQuery({
    queryKey: ['regions', 'totals', filterQuery(filter), bbox],
    queryFn: async ({ signal }) =>
      (
        await call(
          api.GET('/api/regions', { params: { query: { ...filter, bbox, resolution: coarse } }, signal }),
        )
      ).totals,
    enabled: view !== null,
    placeholderData: keepPreviousData,
  })
}
