/** The map beside a plan: the route, its stops, what was left out. */
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Route, Unplanned } from '../api/types'
import type { Bounds } from '../map/layers/outside'
import { routeLines, routeSource, stopHits, stopLayers, stopSource } from '../map/layers/route'
import { MapControls } from '../map/MapControls'
import { MapView, type Mark } from '../map/MapView'
import type { MapPalette } from '../map/palette'

const noPosition = null

export function RouteMap(props: {
  route: Route | null
  unplanned: Pick<Unplanned, 'siteId' | 'name' | 'point'>[]
  hover: number | null
  onHover: (siteId: number | null) => void
  onPick: (siteId: number) => void
}) {
  const { route, unplanned, hover, onHover, onPick } = props
  const { t } = useTranslation('map')
  const content = useCallback(
    (palette: MapPalette) => {
      const drawing = { route, unplanned }
      return {
        sources: { route: routeSource(drawing), stops: stopSource(drawing) },
        areas: [],
        lines: routeLines(palette),
        points: stopLayers(palette),
      }
    },
    [route, unplanned],
  )
  const fit = useMemo(() => boundsOf(route, unplanned), [route, unplanned])
  const marks = useMemo((): Mark[] => {
    if (!hover) return []
    const leg = route?.stops.findIndex((stop) => stop.siteId === hover) ?? -1
    return [
      { source: 'stops', id: hover, state: 'hover' },
      ...(leg >= 0 ? [{ source: 'route', id: leg + 1, state: 'hover' } as const] : []),
    ]
  }, [hover, route])

  return (
    <MapView
      label={t('routeLabel')}
      content={content}
      position={noPosition}
      fit={fit}
      hits={stopHits}
      marks={marks}
      onHover={(hit) => onHover(hit?.id ? Number(hit.id) : null)}
      onClick={(hit) => hit?.id && onPick(Number(hit.id))}
    >
      <MapControls fit={fit} />
    </MapView>
  )
}

/** The box around all that is drawn; null when nothing is. */
function boundsOf(route: Route | null, unplanned: { point: number[] }[]): Bounds | null {
  const points = [
    ...(route?.stops ?? []).map((stop) => stop.point),
    ...unplanned.map((visit) => visit.point),
    ...[route?.startPoint, route?.endPoint].filter((point) => point != null),
  ]
  if (points.length === 0) return null
  const lons = points.map((p) => p[0] ?? 0)
  const lats = points.map((p) => p[1] ?? 0)
  const grow = 0.004
  return [
    Math.min(...lons) - grow,
    Math.min(...lats) - grow,
    Math.max(...lons) + grow,
    Math.max(...lats) + grow,
  ].map((value) => Number(value.toFixed(4))) as Bounds
}
