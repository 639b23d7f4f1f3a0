import { useQuery } from '@tanstack/react-query'
import type { MultiPolygon } from 'geojson'
import { useMemo } from 'react'
import { api, call } from '../api/client'
import { areaOf } from './area'

/** The named area among a filter's conditions, with its outline as soon as that is there. */
export function useNamedArea(filter: string | undefined) {
  const area = useMemo(() => areaOf(filter).area, [filter])
  const place = area?.place
  const { data } = useQuery({
    queryKey: ['boundary', place],
    queryFn: ({ signal }) =>
      call(api.GET('/api/places/boundaries/{id}', { params: { path: { id: place ?? 0 } }, signal })),
    enabled: place !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const polygon = data?.polygon as MultiPolygon | undefined
  return {
    area,
    outline: useMemo(
      () => (place !== undefined && polygon ? { text: `place ${place}`, polygon } : undefined),
      [place, polygon],
    ),
  }
}
