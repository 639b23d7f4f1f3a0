/** What the server works out on the hexagons, and the sheet that shows it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Answer } from '../api/types'
import type { Scheme } from '../app/palette'
import { type AccountFilter, filterQuery } from '../app/search'
import type { ServerFigure } from './figures'
import { diverging, sequential } from './ramps'
import type { MarketSearch } from './search'
import { byLevel, type Sheet, stepped } from './sheet'
import type { View } from './useMarket'
import { snapped } from './view'

type HotSpots = Answer<'listHotSpots'>
type Found<K extends 'cell' | 'demand'> = {
  items: readonly Pick<Answer<'listUnserved'>['items'][number], K>[]
}
type Gravity = Answer<'modelGravity'>

/** From the coldest to the hottest, as they are coloured. */
export const levels = ['cold99', 'cold95', 'cold90', 'none', 'hot90', 'hot95', 'hot99'] as const
/** The nearest so many are a class of look-alikes each, the most alike last. */
export const nearest = [20, 10, 5] as const
export const usualDrive = 20

type Asked = {
  filter: AccountFilter
  view: View | null
  resolution: number
  figure: ServerFigure
  search: MarketSearch
}

const boxOf = (view: View | null) => (view ? snapped(view.bounds, view.zoom).join(',') : '')

export function useAnalysis({ filter, view, resolution, figure, search }: Asked) {
  const { analysis, like, point } = search
  const drive = search.drive ?? usualDrive
  const servedBy = search.servedBy ?? 'customers'
  const against = search.rivals ?? 'own'
  const attractiveness = search.weight ?? 1
  const bbox = boxOf(view)
  const base = { ...filter, bbox }
  const key = [filterQuery(filter), bbox, resolution, figure]
  const shared = { placeholderData: keepPreviousData, retry: false } as const
  const hotspots = useQuery({
    queryKey: ['regions', 'hotspots', ...key],
    queryFn: ({ signal }) =>
      call(api.GET('/api/regions/hotspots', { params: { query: { ...base, figure, resolution } }, signal })),
    enabled: analysis === 'hotspots' && view !== null,
    ...shared,
  })
  const lookalikes = useQuery({
    queryKey: ['regions', 'lookalikes', filterQuery(filter), like],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions/lookalikes', {
          params: { query: { ...filter, cell: like ?? '', limit: nearest[0] } },
          signal,
        }),
      ),
    enabled: analysis === 'lookalikes' && like !== undefined,
    ...shared,
  })
  const unserved = useQuery({
    queryKey: ['regions', 'unserved', ...key, servedBy, drive],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions/unserved', {
          params: { query: { ...base, figure, resolution, servedBy, minutes: drive, limit: 200 } },
          signal,
        }),
      ),
    enabled: analysis === 'unserved' && view !== null,
    ...shared,
  })
  const gravity = useQuery({
    queryKey: [
      'regions',
      'gravity',
      filterQuery(filter),
      resolution,
      figure,
      point,
      drive,
      against,
      attractiveness,
    ],
    queryFn: ({ signal }) =>
      call(
        api.POST('/api/regions/gravity', {
          params: { query: filter },
          body: {
            at: (point ?? '').split(',').map(Number) as [number, number],
            attractiveness,
            minutes: drive,
            resolution,
            // A share is of no demand.
            figure: figure === 'penetration' ? 'potential' : figure,
            rivals:
              against === 'own' ? { own: true } : against === 'openProspects' ? { category: 'shop' } : {},
          },
          signal,
        }),
      ),
    enabled: analysis === 'newPlace' && point !== undefined,
    ...shared,
  })
  const concentration = useQuery({
    queryKey: ['regions', 'concentration', ...key],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions/concentration', {
          params: { query: { ...base, figure, resolution, by: 'cell' } },
          signal,
        }),
      ),
    enabled: analysis === 'concentration' && view !== null,
    ...shared,
  })
  return { hotspots, lookalikes, unserved, gravity, concentration }
}

/** Hexagons by how certainly they are hot or cold. */
export const hotSpotSheet = (data: HotSpots, scheme: Scheme): Sheet =>
  byLevel(
    data.cells.map(({ cell, level }) => ({ cell, v: levels.indexOf(level) })),
    diverging(scheme, levels.length),
  )

/** Hexagons by how alike they are. */
export const lookAlikeSheet = ({ items }: Found<'cell'>, scheme: Scheme): Sheet =>
  byLevel(
    items.map(({ cell }, i) => ({ cell, v: nearest.findLastIndex((most) => i < most) })),
    sequential(scheme, nearest.length),
  )

export const unservedSheet = ({ items }: Found<'cell' | 'demand'>, scheme: Scheme): Sheet =>
  stepped(
    items.map(({ cell, demand }) => ({ cell, v: demand })),
    { by: 'quantile', steps: 5, scheme },
  )

export const gravitySheet = ({ cells }: Gravity, scheme: Scheme): Sheet =>
  stepped(
    cells.map(({ cell, share }) => ({ cell, v: share })),
    { by: 'equal', steps: 5, scheme },
  )
