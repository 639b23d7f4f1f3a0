/** One map of hexagons: a sheet, what is marked on it, its legend and its tools. */
import { IconHexagonPlus } from '@tabler/icons-react'
import type { MultiPolygon, Polygon } from 'geojson'
import { latLngToCell } from 'h3-js'
import type { GeoJSONSource, MapGeoJSONFeature, Map as MapLibre, MapMouseEvent } from 'maplibre-gl'
import { type ReactNode, useCallback, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { MapPosition } from '../app/search'
import { type ReachPlace, reachLayers, shapeLayers, shapeSource } from '../map/layers/shape'
import { MapButton, MapControls } from '../map/MapControls'
import { MapView, useMap } from '../map/MapView'
import type { MapPalette } from '../map/palette'
import type { Hovered } from './hovered'
import type { InStep } from './inStep'
import { markedLayers, markedSource, sheetLayers, sheetSource } from './layers'
import classes from './MarketMap.module.css'
import type { Sheet } from './sheet'
import type { View } from './useMarket'

const hits = ['region']
const nothingMarked = markedSource([])

export type MarketMapProps = {
  label: string
  sheet: Sheet
  only: readonly number[]
  position: MapPosition | null
  onMove?: ((position: MapPosition, view: View) => void) | undefined
  resolution: number
  cell: string | null
  onCell: (cell: string | null) => void
  picked: readonly string[]
  onPick: (cell: string) => void
  hovered: Hovered
  shape: Polygon | MultiPolygon | null
  place?: ReachPlace | undefined
  /** Other maps that move with this one. */
  inStep?: InStep | undefined
  /** Tools beside the map. */
  controls?: ReactNode
  legend: ReactNode
  children?: ReactNode
}

export function MarketMap(props: MarketMapProps) {
  const { label, sheet, only, position, onMove, resolution, cell, onCell, picked, onPick, hovered } = props
  const { shape, place, inStep, controls, legend, children } = props
  const { t } = useTranslation('regions')
  const source = useMemo(() => sheetSource(sheet.cells), [sheet.cells])
  const onlyKey = only.join()
  const pickedKey = picked.join()
  const placeKey = place && `${place.point} ${place.label}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the texts stand for the lists
  const content = useCallback(
    (palette: MapPalette) => ({
      sources: {
        regions: source,
        picked: markedSource(picked),
        'looked-into': markedSource(cell ? [cell] : []),
        hovered: nothingMarked,
        shape: shapeSource(shape, place),
      },
      areas: [...sheetLayers(palette, sheet, only), ...shapeLayers(palette)],
      lines: markedLayers(palette),
      points: reachLayers(palette),
    }),
    [source, sheet, onlyKey, pickedKey, cell, shape, placeKey],
  )
  const onClick = (hit: MapGeoJSONFeature | null, event: MapMouseEvent) => {
    const { lng, lat } = event.lngLat.wrap()
    const at = hit ? String(hit.properties.cell) : latLngToCell(lat, lng, resolution)
    if (event.originalEvent.shiftKey) onPick(at)
    else onCell(hit ? at : null)
  }
  return (
    <MapView
      label={label}
      content={content}
      position={position}
      {...(onMove ? { onMove: (to, bounds) => onMove(to, { bounds, zoom: to.zoom }) } : {})}
      hits={hits}
      onHover={(hit) => hovered.set(hit ? String(hit.properties.cell) : null)}
      onClick={onClick}
    >
      <MarkHovered hovered={hovered} />
      {inStep && <MoveTogether inStep={inStep} />}
      {onMove && <FirstView onMove={onMove} />}
      {controls !== undefined && (
        <MapControls>
          <LookIntoMiddle resolution={resolution} label={t('cell.middle')} onCell={onCell} />
          {controls}
        </MapControls>
      )}
      <div className={classes.legend}>{legend}</div>
      {children}
    </MapView>
  )
}

/** Outlines the hexagon under the pointer, without drawing anything of the page again. */
function MarkHovered({ hovered }: { hovered: Hovered }) {
  const map = useMap()
  useEffect(() => {
    const mark = () => {
      const cell = hovered.get()
      void map.getSource<GeoJSONSource>('hovered')?.setData(markedSource(cell ? [cell] : []).data)
    }
    return hovered.hear(mark)
  }, [map, hovered])
  return null
}

function MoveTogether({ inStep }: { inStep: InStep }) {
  const map = useMap()
  useEffect(() => inStep.join(map), [map, inStep])
  return null
}

/** Says what the map shows before anybody has moved it. */
function FirstView({ onMove }: { onMove: NonNullable<MarketMapProps['onMove']> }) {
  const map = useMap()
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once a map
  useEffect(() => {
    const { position, view } = viewOf(map)
    onMove(position, view)
  }, [map])
  return null
}

function viewOf(map: MapLibre): { position: MapPosition; view: View } {
  const { lng, lat } = map.getCenter()
  const zoom = map.getZoom()
  return {
    position: { lon: lng, lat, zoom },
    view: { bounds: map.getBounds().toArray().flat() as View['bounds'], zoom },
  }
}

/** For those without a pointer: the hexagon in the middle of the map. */
function LookIntoMiddle({
  resolution,
  label,
  onCell,
}: {
  resolution: number
  label: string
  onCell: (cell: string) => void
}) {
  const map = useMap()
  return (
    <MapButton
      label={label}
      onClick={() => {
        const { lng, lat } = map.getCenter().wrap()
        onCell(latLngToCell(lat, lng, resolution))
      }}
    >
      <IconHexagonPlus size={20} />
    </MapButton>
  )
}
