/** A small map with pins: the sites of an account, or one point to choose. Loads MapLibre: import it lazily. */
import { Marker } from 'maplibre-gl'
import { useEffect, useEffectEvent, useMemo } from 'react'
import type { Point } from '../api/types'
import type { Bounds } from '../app/accountsMap'
import { MapView, useMap } from '../map/MapView'
import classes from './PinMap.module.css'

export type Pin = { id: number; point: Point; label: string; primary?: boolean }

type Props = {
  label: string
  pins: readonly Pin[]
  /** A click on the map: here it is. */
  onPick?: (point: Point) => void
  /** A pin dragged elsewhere; pins cannot be dragged without it. */
  onDrag?: (id: number, point: Point) => void
}

const empty = { sources: {}, areas: [], lines: [], points: [] }
const noContent = () => empty

export function PinMap({ label, pins, onPick, onDrag }: Props) {
  const fit = useMemo(() => boundsOf(pins), [pins])
  return (
    <MapView
      label={label}
      content={noContent}
      position={null}
      fit={fit}
      onClick={(_, event) => onPick?.(rounded(event.lngLat.lng, event.lngLat.lat))}
    >
      {pins.map((pin) => (
        <PinMarker key={pin.id} pin={pin} onDrag={onDrag} />
      ))}
    </MapView>
  )
}

function PinMarker({ pin, onDrag }: { pin: Pin; onDrag?: Props['onDrag'] }) {
  const map = useMap()
  const { id, label, primary } = pin
  const [lon, lat] = pin.point
  const draggable = onDrag !== undefined
  const dropped = useEffectEvent((point: Point) => onDrag?.(id, point))

  useEffect(() => {
    const element = document.createElement('div')
    element.className = classes.pin ?? ''
    element.dataset.primary = String(primary ?? true)
    const marker = new Marker({ element, anchor: 'bottom', draggable }).setLngLat([lon, lat]).addTo(map)
    element.setAttribute('role', 'img')
    element.setAttribute('aria-label', label)
    element.title = label
    marker.on('dragend', () => {
      const at = marker.getLngLat()
      dropped(rounded(at.lng, at.lat))
    })
    return () => {
      marker.remove()
    }
  }, [map, lon, lat, label, primary, draggable])
  return null
}

/** Six decimals are a hand's breadth. */
const rounded = (lon: number, lat: number): Point => [Number(lon.toFixed(6)), Number(lat.toFixed(6))]

/** A box around the pins, some hundred metres wide at least. */
function boundsOf(pins: readonly Pin[]): Bounds | null {
  if (pins.length === 0) return null
  const lons = pins.map((p) => p.point[0])
  const lats = pins.map((p) => p.point[1])
  const room = 0.003
  return [
    Math.min(...lons) - room,
    Math.min(...lats) - room,
    Math.max(...lons) + room,
    Math.max(...lats) + room,
  ]
}
