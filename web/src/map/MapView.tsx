/**
 * The map. The one place that knows MapLibre's object: pages hand in what lies on it
 * (`content`, layers as data), which features are marked, and hear of moves, clicks and
 * hovers.
 *
 *   <MapView label="Map of accounts" content={content} position={null} hits={accountHits} …>
 *     <Overlay />            may call useMap()
 *   </MapView>
 */
import { useScheme } from '../app/scheme'
import './worker'
import { useQuery } from '@tanstack/react-query'
import {
  type ErrorEvent,
  type MapGeoJSONFeature,
  Map as MapLibre,
  type MapMouseEvent,
  ScaleControl,
  type StyleSpecification,
} from 'maplibre-gl'
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { extractQuery, useMe } from '../api/queries'
import { type MapPosition, roundPosition } from '../app/search'
import { type Bounds, coverageOf } from './layers/outside'
import classes from './MapView.module.css'
import { paletteOf } from './palette'
import { patchStyle } from './patchStyle'
import { type MapContent, styleOf } from './style'
import { supplySymbols } from './symbols'

/** A feature to mark: its paint reads the name from the feature's state. */
export type Mark = {
  source: string
  sourceLayer?: string
  id: number | string
  state: 'selected' | 'picked' | 'hover'
}

export type MapViewProps = {
  /** The name that assistive technology reads. */
  label: string
  content: (palette: ReturnType<typeof paletteOf>) => MapContent
  /** Where to look; null: all of `fit`, or of the extract. Followed when it changes from outside. */
  position: MapPosition | null
  /** What to show at first and by the fit button. */
  fit?: Bounds | null
  onMove?: (position: MapPosition, bounds: Bounds) => void
  /** Layers that answer to clicks and hovers. */
  hits?: string[]
  /** The topmost feature under a click, or null. */
  onClick?: (hit: MapGeoJSONFeature | null, event: MapMouseEvent) => void
  onHover?: (hit: MapGeoJSONFeature | null) => void
  marks?: Mark[]
  /** After everything in view is drawn. */
  onIdle?: (map: MapLibre) => void
  /** Renewed sources: a change of this number asks the server again. */
  version?: number
  children?: ReactNode
}

const MapContext = createContext<MapLibre | null>(null)

/** The map that this component lies on. */
export function useMap(): MapLibre {
  const map = use(MapContext)
  if (!map) throw new Error('useMap outside of MapView')
  return map
}

/** Where the extract is, and what the map says when it is not all that is in view. */
export function useExtentFit(): { bounds: Bounds | null; ready: boolean; basemap: boolean } {
  const { data, isError } = useQuery(extractQuery)
  return {
    bounds: (data?.bounds as Bounds | null | undefined) ?? null,
    ready: data !== undefined || isError,
    basemap: data?.basemap ?? false,
  }
}

const touchReach = 12
const mouseReach = 4

export function MapView(props: MapViewProps) {
  const { label, content, position, fit, marks, version, children } = props
  const { t } = useTranslation('map')
  const scheme = useScheme()
  const { organisation } = useMe()
  const { bounds, ready, basemap } = useExtentFit()
  const palette = useMemo(() => paletteOf(scheme), [scheme])
  const container = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<MapLibre | null>(null)
  const [failed, setFailed] = useState(false)
  const [outside, setOutside] = useState<'none' | 'part' | 'all'>('all')
  // Handlers are looked up when something happens, so that a new one needs no new map.
  const latest = useRef(props)
  latest.current = props
  const followed = useRef<MapPosition | null>(null)
  const applied = useRef<StyleSpecification | null>(null)

  const style = useMemo(
    () => styleOf({ palette, origin: location.origin, bounds, basemap, content: content(palette) }),
    [palette, bounds, basemap, content],
  )
  const first = useRef(style)
  first.current = style
  const imperial = organisation.currency === 'USD'

  useEffect(() => {
    const element = container.current
    if (!element || !ready) return
    const { position, fit } = latest.current
    let created: MapLibre
    try {
      created = new MapLibre({
        container: element,
        style: first.current,
        ...(position
          ? { center: [position.lon, position.lat] as [number, number], zoom: position.zoom }
          : (fit ?? bounds)
            ? { bounds: (fit ?? bounds) as Bounds, fitBoundsOptions: { padding: fitPadding(element) } }
            : { center: [0, 25] as [number, number], zoom: 1.5 }),
        maxPitch: 0,
        // It swallows the click with shift that picks one thing after the other.
        boxZoom: false,
        minZoom: 2,
        maxZoom: 19,
        attributionControl: false,
        fadeDuration: 120,
        renderWorldCopies: false,
        locale: { 'Map.Title': label },
      })
    } catch {
      setFailed(true)
      return
    }
    if (!created.painter) {
      setFailed(true)
      created.remove()
      return
    }
    created.touchZoomRotate.disableRotation()
    supplySymbols(created)
    created.addControl(
      new ScaleControl({ unit: imperial ? 'imperial' : 'metric', maxWidth: 90 }),
      'bottom-right',
    )
    const busy = () => {
      element.dataset.idle = 'false'
    }
    const boundsNow = (): Bounds => created.getBounds().toArray().flat() as Bounds
    created.on('movestart', busy)
    created.on('dataloading', busy)
    created.on('styledata', busy)
    created.on('idle', () => {
      element.dataset.idle = 'true'
      latest.current.onIdle?.(created)
    })
    created.on('error', (event: ErrorEvent) => {
      // A tile that is missing or late is no failure of the map; the rest stays usable.
      console.warn('map:', event.error?.message)
    })
    created.on('moveend', () => {
      setOutside(coverageOf(boundsNow(), bounds))
      const { lng, lat } = created.getCenter()
      const now = roundPosition({ lon: lng, lat, zoom: created.getZoom() })
      if (followed.current && sameView(followed.current, now)) return
      followed.current = now
      latest.current.onMove?.(now, boundsNow())
    })
    const hitAt = (point: { x: number; y: number }, reach: number) => {
      const layers = (latest.current.hits ?? []).filter((id) => created.getLayer(id))
      if (layers.length === 0) return null
      const found = created.queryRenderedFeatures(
        [
          [point.x - reach, point.y - reach],
          [point.x + reach, point.y + reach],
        ],
        { layers },
      )
      return found[0] ?? null
    }
    created.on('click', (event) => {
      const touch = 'pointerType' in event.originalEvent && event.originalEvent.pointerType === 'touch'
      latest.current.onClick?.(hitAt(event.point, touch ? touchReach : mouseReach), event)
    })
    let hovered: string | number | undefined
    created.on('mousemove', (event) => {
      if (!latest.current.onHover && !latest.current.onClick) return
      const hit = hitAt(event.point, mouseReach)
      created.getCanvas().style.cursor = hit ? 'pointer' : ''
      if (hit?.id === hovered) return
      hovered = hit?.id
      latest.current.onHover?.(hit)
    })
    created.on('mouseout', () => {
      hovered = undefined
      latest.current.onHover?.(null)
    })
    applied.current = first.current
    setMap(created)
    const { lng, lat } = created.getCenter()
    followed.current = roundPosition({ lon: lng, lat, zoom: created.getZoom() })
    setOutside(coverageOf(boundsNow(), bounds))
    return () => {
      setMap(null)
      created.remove()
    }
    // A change of extract, language or units makes a new map; anything else changes this one.
  }, [ready, bounds, imperial, label])

  useEffect(() => {
    if (!map || applied.current === style) return
    const apply = () => {
      const before = applied.current
      applied.current = style
      if (before) patchStyle(map, before, style)
    }
    if (map.style?._loaded) {
      apply()
      return
    }
    map.once('style.load', apply)
    return () => {
      map.off('style.load', apply)
    }
  }, [map, style])

  useEffect(() => {
    if (!map || !position) return
    if (followed.current && sameView(followed.current, position)) return
    followed.current = position
    map.easeTo({ center: [position.lon, position.lat], zoom: position.zoom, duration: 400 })
  }, [map, position])

  const fitKey = fit?.join(',')
  useEffect(() => {
    const box = fitKey?.split(',').map(Number)
    if (!map || !box || box.length !== 4 || latest.current.position) return
    map.fitBounds(box as Bounds, { padding: fitPadding(map.getContainer()), maxZoom: 15, duration: 400 })
  }, [map, fitKey])

  useMarks(map, marks, style)

  useEffect(() => {
    if (!map || version === undefined) return
    for (const [id, source] of Object.entries(map.getStyle()?.sources ?? {})) {
      if (source.type === 'vector' && id !== 'basemap') map.refreshTiles(id)
    }
  }, [map, version])

  return (
    <div className={classes.frame} data-scheme={scheme}>
      <div ref={container} className={classes.map} data-map data-idle="false" />
      {failed && (
        <p className={classes.failed} role="alert">
          {t('failed')}
        </p>
      )}
      {ready && (!basemap || outside !== 'all') && (
        <p
          className={classes.outside}
          role="status"
          data-part={Boolean(bounds) && basemap && outside === 'part'}
        >
          {!bounds || !basemap
            ? t('outside.noExtract')
            : outside === 'none'
              ? t('outside.none')
              : t('outside.part')}
        </p>
      )}
      {map && <MapContext value={map}>{children}</MapContext>}
      <p className={classes.attribution}>
        {'© '}
        <a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noreferrer">
          OpenStreetMap
        </a>
        {` ${t('attribution.contributors')}, © `}
        <a href="https://openmaptiles.org/" target="_blank" rel="noreferrer">
          OpenMapTiles
        </a>
      </p>
    </div>
  )
}

/** Room for controls at the edges, less on a phone. */
export const fitPadding = (element: HTMLElement) => (element.clientWidth < 600 ? 36 : 64)

const sameView = (a: MapPosition, b: MapPosition) =>
  Math.abs(a.lon - b.lon) < 2e-5 && Math.abs(a.lat - b.lat) < 2e-5 && Math.abs(a.zoom - b.zoom) < 0.02

/** Keeps the features' states equal to the marks. */
function useMarks(map: MapLibre | null, marks: Mark[] | undefined, style: StyleSpecification) {
  const shown = useRef<Mark[]>([])
  useEffect(() => {
    if (!map) return
    const put = (mark: Mark, on: boolean) => {
      if (!style.sources[mark.source] || !map.getSource(mark.source)) return
      const { source, sourceLayer, id } = mark
      map.setFeatureState({ source, id, ...(sourceLayer ? { sourceLayer } : {}) }, { [mark.state]: on })
    }
    const apply = () => {
      for (const mark of shown.current) put(mark, false)
      for (const mark of marks ?? []) put(mark, true)
      shown.current = marks ?? []
    }
    if (map.style?._loaded) {
      apply()
      return
    }
    map.once('style.load', apply)
    return () => {
      map.off('style.load', apply)
    }
  }, [map, marks, style])
}
