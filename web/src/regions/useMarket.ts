/** Figures of hexagons, of a view, of one hexagon, and day by day. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import { type AccountFilter, filterQuery } from '../app/search'
import { type FigureKey, groupsOf, type ServerFigure } from './figures'
import { type Bounds, snapped } from './view'

/** The server answers it with the smallest hexagons that it gives for a box. */
const finestZoom = 24
const tooFine = (error: unknown) =>
  isProblem(error, 'invalid') && error.fields.some(({ location }) => location === 'query.resolution')

export type View = { bounds: Bounds; zoom: number }

/**
 * The hexagons around what the map shows, with what some figures need. Where the wanted
 * resolution would be too many, the finest that is not: the answer says which.
 */
export function useCells(
  filter: AccountFilter,
  view: View | null,
  resolution: number | undefined,
  keys: readonly FigureKey[],
  since: string,
) {
  const box = view && snapped(view.bounds, view.zoom)
  const zoom = view ? Math.round(view.zoom) : 0
  const { figures, change } = groupsOf(keys)
  return useQuery({
    queryKey: [
      'regions',
      filterQuery(filter),
      box,
      resolution ?? null,
      resolution === undefined ? zoom : null,
      figures ?? null,
      change ? since : null,
    ],
    queryFn: async ({ signal }) => {
      const ask = (size: { resolution: number } | { zoom: number }) =>
        call(
          api.GET('/api/regions', {
            params: {
              query: {
                ...filter,
                bbox: (box ?? []).join(','),
                ...size,
                ...(figures ? { figures } : {}),
                ...(change ? { since } : {}),
              },
            },
            signal,
          }),
        )
      if (resolution === undefined) return ask({ zoom })
      try {
        return await ask({ resolution })
      } catch (error) {
        if (!tooFine(error)) throw error
        return ask({ zoom: finestZoom })
      }
    },
    enabled: box !== null,
    placeholderData: keepPreviousData,
  })
}

const everything = 'money,visits,coverage'

/** All figures of what the map shows, exact at its edges. */
export function useTotals(filter: AccountFilter, view: View | null) {
  const bbox = view?.bounds.map((v) => v.toFixed(5)).join(',') ?? ''
  return useQuery({
    queryKey: ['regions', 'totals', filterQuery(filter), bbox],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions/summary', {
          params: { query: { ...filter, bbox, figures: everything } },
          signal,
        }),
      ),
    enabled: view !== null,
    placeholderData: keepPreviousData,
  })
}

/** All figures of one hexagon. */
export const useCell = (filter: AccountFilter, cell: string | null) =>
  useQuery({
    queryKey: ['regions', 'cell', filterQuery(filter), cell],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions/summary', {
          params: { query: { ...filter, cells: cell ?? '', figures: everything } },
          signal,
        }),
      ),
    enabled: cell !== null,
    placeholderData: keepPreviousData,
  })

/** A figure of one hexagon day by day; those that snapshots do not keep have none. */
export function useTrend(filter: AccountFilter, cell: string, figure: ServerFigure) {
  const kept = figure === 'openProspects' ? null : figure
  return useQuery({
    queryKey: ['regions', 'history', filterQuery(filter), cell, kept],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions/history', {
          params: { query: { ...filter, cells: cell, figure: kept ?? 'accounts' } },
          signal,
        }),
      ),
    enabled: kept !== null,
    retry: false,
  })
}
