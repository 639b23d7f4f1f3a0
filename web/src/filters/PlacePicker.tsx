/** A small map on which a condition's place is drawn or clicked. Loads MapLibre: import it lazily. */
import { useQuery } from '@tanstack/react-query'
import { latLngToCell } from 'h3-js'
import type { MapMouseEvent } from 'maplibre-gl'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Point } from '../api/types'
import { reachText } from '../app/reach'
import { cellsShape, withCell } from '../map/cells'
import { LassoTools } from '../map/LassoOverlay'
import { reachLayers, shapeLayers, shapeSource } from '../map/layers/shape'
import { MapView } from '../map/MapView'
import type { MapPalette } from '../map/palette'
import { boundsOfArea, useReachArea } from '../map/reachArea'
import classes from './PlacePicker.module.css'
import { boxOf, isAround, type PlaceValue, placeOf, ringOf } from './place'
import { shapesOf } from './shapes'
import type { Condition } from './tree'

type Props = {
  condition: Condition
  /** Of the hexagons that a click picks. */
  resolution: number
  onChange: (part: PlaceValue) => void
}

export function PlacePicker({ condition, resolution, onChange }: Props) {
  const { t } = useTranslation('filters')
  const { op } = condition
  const value = placeOf(condition)
  const { center, minutes = 0, place } = value
  const reach = op === 'reach' && center && minutes > 0 ? reachText({ point: center, minutes }) : undefined
  const { data: driven } = useReachArea(reach)
  const { data: area } = useQuery({
    queryKey: ['boundary', place],
    queryFn: ({ signal }) =>
      call(api.GET('/api/places/boundaries/{id}', { params: { path: { id: place ?? 0 } }, signal })),
    enabled: op === 'area' && place !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const cells = op === 'cells' ? value.cells?.join() : undefined
  const drawn = JSON.stringify(condition.value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the condition
  const shape = useMemo(() => {
    if (op === 'reach') return reach ? (driven?.polygon ?? null) : null
    if (op === 'area') return (area?.polygon as ReturnType<typeof cellsShape>) ?? null
    return cells ? cellsShape(cells) : shapesOf(condition)
  }, [op, drawn, driven, area, reach])
  const content = useCallback(
    (palette: MapPalette) => ({
      sources: {
        shape: shapeSource(shape, isAround(op) && center ? { point: center, label: '' } : undefined),
      },
      areas: [],
      lines: [...shapeLayers(palette)],
      points: [...reachLayers(palette)],
    }),
    [shape, op, center],
  )
  // Looked at once: a map that moves under the hand that clicks would be missed.
  const [first] = useState(() =>
    shape?.type === 'MultiPolygon' ? boundsOfArea(shape) : center ? around(center) : null,
  )
  // What is chosen in a list is looked at, too.
  const chosen = op === 'area' && shape?.type === 'MultiPolygon' ? boundsOfArea(shape) : null
  const onClick = (event: MapMouseEvent) => {
    const { lng, lat } = event.lngLat
    if (isAround(op)) onChange({ center: pointHere(lng, lat), name: undefined } as PlaceValue)
    if (op === 'cells')
      onChange({ cells: withCell(cells, latLngToCell(lat, lng, resolution))?.split(',') ?? [] })
  }
  const onShape = (within: string) => {
    const ring = ringOf(within)
    onChange(op === 'box' ? { box: boxOf(ring) } : { polygon: ring })
  }
  return (
    <div className={classes.map} data-place-picker>
      <MapView
        key={chosen?.join() ?? ''}
        label={t('value.map')}
        content={content}
        position={null}
        fit={chosen ?? first}
        onClick={(_, event) => onClick(event)}
      >
        {(op === 'within' || op === 'box') && (
          <div className={classes.tools}>
            <LassoTools onShape={onShape} />
          </div>
        )}
      </MapView>
    </div>
  )
}

/** Cut to what a hand can mean, a metre. */
const pointHere = (lon: number, lat: number): Point => [Number(lon.toFixed(5)), Number(lat.toFixed(5))]

const around = ([lon, lat]: Point): [number, number, number, number] => [
  lon - 0.2,
  lat - 0.15,
  lon + 0.2,
  lat + 0.15,
]
