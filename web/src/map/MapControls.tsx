/** Zoom, north, near me, show everything: one column of buttons on the map's right. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconCompass, IconCurrentLocation, IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react'
import { Marker } from 'maplibre-gl'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import type { Bounds } from './layers/outside'
import classes from './MapControls.module.css'
import { fitPadding, useExtentFit, useMap } from './MapView'
import view from './MapView.module.css'

export function MapButton(props: {
  label: string
  onClick: () => void
  children: ReactNode
  pressed?: boolean
  className?: string | undefined
  busy?: boolean
  /** Without a tooltip, as long as something beside it says the same. */
  quiet?: boolean
}) {
  const { label, onClick, children, pressed, busy, quiet, className } = props
  return (
    <Tooltip label={label} position="left" disabled={quiet ?? false}>
      <ActionIcon
        variant={pressed ? 'filled' : 'default'}
        size={40}
        aria-label={label}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        loading={busy ?? false}
        onClick={onClick}
        className={[classes.button, className].filter(Boolean).join(' ')}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

export function MapControls({ fit, children }: { fit?: Bounds | null; children?: ReactNode }) {
  const { t } = useTranslation('map')
  const map = useMap()
  const { bounds } = useExtentFit()
  const turned = useTurned()
  const { locate, locating } = useNearMe()
  const all = fit ?? bounds
  return (
    <fieldset aria-label={t('control.group')} className={classes.column}>
      <MapButton className={classes.zoom} label={t('control.zoomIn')} onClick={() => map.zoomIn()}>
        <IconPlus size={20} />
      </MapButton>
      <MapButton className={classes.zoom} label={t('control.zoomOut')} onClick={() => map.zoomOut()}>
        <IconMinus size={20} />
      </MapButton>
      {turned !== 0 && (
        <MapButton label={t('control.north')} onClick={() => map.resetNorth()}>
          <IconCompass size={20} style={{ transform: `rotate(${-turned}deg)` }} />
        </MapButton>
      )}
      <MapButton label={t('control.nearMe')} onClick={locate} busy={locating}>
        <IconCurrentLocation size={20} />
      </MapButton>
      {all && (
        <MapButton
          label={t('control.fit')}
          onClick={() =>
            map.fitBounds(all, { padding: fitPadding(map.getContainer()), maxZoom: 15, bearing: 0 })
          }
        >
          <IconFocusCentered size={20} />
        </MapButton>
      )}
      {children}
    </fieldset>
  )
}

/** Degrees that the map is turned by. */
function useTurned() {
  const map = useMap()
  const [turned, setTurned] = useState(0)
  useEffect(() => {
    const follow = () => setTurned(Math.round(map.getBearing()))
    map.on('rotate', follow)
    return () => {
      map.off('rotate', follow)
    }
  }, [map])
  return turned
}

/** One position, asked for once: nobody is followed. */
function useNearMe() {
  const { t } = useTranslation('map')
  const format = useFormat()
  const map = useMap()
  const marker = useRef<Marker | null>(null)
  const [locating, setLocating] = useState(false)
  useEffect(() => () => void marker.current?.remove(), [])
  const locate = () => {
    setLocating(true)
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLocating(false)
        const element = document.createElement('div')
        element.className = view.here ?? ''
        marker.current?.remove()
        marker.current = new Marker({ element }).setLngLat([coords.longitude, coords.latitude]).addTo(map)
        map.flyTo({ center: [coords.longitude, coords.latitude], zoom: Math.max(map.getZoom(), 14) })
        toast(t('control.here', { distance: format.distance(coords.accuracy) }))
      },
      (error) => {
        setLocating(false)
        toastError(
          t(error.code === error.PERMISSION_DENIED ? 'control.notLocatedDenied' : 'control.notLocatedOther'),
        )
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    )
  }
  return { locate, locating }
}
