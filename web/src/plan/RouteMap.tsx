/** The map beside a plan: the route, its stops, what was left out. */
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Route, Unplanned } from '../api/types'
import type { Bounds } from '../map/layers/outside'
import { linesOf, routeLines, routeSource, stopHits, stopLayers, stopSource } from '../map/layers/route'
import { MapControls } from '../map/MapControls'
import { MapView, type Mark } from '../map/MapView'
import type { MapPalette } from '../map/palette'

const noPosition = null

export function RouteMap(props: {
  route: Route | null
  unplanned: Pick<Unplanned, 'siteId' | 'name' | 'point'>[]
  hover: number | null
  /** The leg whose directions are open; none when left out or -1. */
  leg?: number
  onHover: (siteId: number | null) => void
  onPick: (siteId: number) => void
}) {
  const { route, unplanned, hover, leg: open = -1, onHover, onPick } = props
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
  const all = useMemo(() => boundsOf(route, unplanned), [route, unplanned])
  const fit = useMemo(() => (route && open >= 0 ? boundsOfLeg(route, open) : null) ?? all, [route, open, all])
  const marks = useMemo((): Mark[] => {
    const lit: Mark[] = open >= 0 ? [{ source: 'route', id: open + 1, state: 'selected' }] : []
    if (!hover) return lit
    const leg = route?.stops.findIndex((stop) => stop.siteId === hover) ?? -1
    return [
      ...lit,
      { source: 'stops', id: hover, state: 'hover' },
      ...(leg >= 0 ? [{ source: 'route', id: leg + 1, state: 'hover' } as const] : []),
    ]
  }, [hover, route, open])

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
      <MapControls fit={all} />
    </MapView>
  )
}

/** The box around all that is drawn; null when nothing is. */
const boundsOf = (route: Route | null, unplanned: { point: number[] }[]) =>
  boxAround([
    ...(route?.stops ?? []).map((stop) => stop.point),
    ...unplanned.map((visit) => visit.point),
    ...[route?.startPoint, route?.endPoint].filter((point) => point != null),
  ])

/** The box around one leg; null when nothing is driven. */
const boundsOfLeg = (route: Route, leg: number) => boxAround(linesOf(route)[leg] ?? [])

const grow = 0.004

function boxAround(points: number[][]): Bounds | null {
  if (points.length === 0) return null
  const lons = points.map((p) => p[0] ?? 0)
  const lats = points.map((p) => p[1] ?? 0)
  return [
    Math.min(...lons) - grow,
    Math.min(...lats) - grow,
    Math.max(...lons) + grow,
    Math.max(...lats) + grow,
  ].map((value) => Number(value.toFixed(4))) as Bounds
}
