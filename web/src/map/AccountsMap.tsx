/** The map of accounts and open prospects, with its tools; pages use it through map/index.ts. */
import { VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { MapGeoJSONFeature, Map as MapLibre, MapMouseEvent } from 'maplibre-gl'
import { useCallback, useMemo, useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccountsMapProps } from '../app/accountsMap'
import { reachChoice, reachOf, reachText } from '../app/reach'
import { filterQuery } from '../app/search'
import { shapesOf } from '../filters/shapes'
import { parseFilter } from '../filters/tree'
import { useFormat } from '../i18n/format'
import { cellsShape, withCell } from './cells'
import { useColouring } from './colouring'
import { LassoTools } from './LassoOverlay'
import { AccountsLegend } from './Legend'
import { polygonOf } from './lasso'
import { accountHits, accountLayers, accountsSource } from './layers/accounts'
import { regionClasses, regionLayers, regionsSource } from './layers/regions'
import { reachLayers, shapeLayers, shapeSource } from './layers/shape'
import { MapControls } from './MapControls'
import { MapView, type Mark } from './MapView'
import type { MapPalette } from './palette'
import { pickReducer } from './picked'
import { RegionsLegend } from './RegionsLegend'
import { useReachArea } from './reachArea'
import { PickedCard, SelectionCard } from './SelectionCard'
import { ShowArea } from './ShowArea'
import { useNamedArea } from './useNamedArea'

/** Grows whenever something about accounts changed, so that tiles are asked for again. */
let drawing = 0
export const useAccountsVersion = () =>
  useQuery({ queryKey: ['accounts', 'drawn'], queryFn: () => ++drawing, staleTime: Number.POSITIVE_INFINITY })
    .data

const hitsOf = [...accountHits, 'region']

export function AccountsMap(props: AccountsMapProps) {
  const {
    filter,
    layer = 'accounts',
    colour,
    onColour,
    position,
    onMove,
    selection,
    onSelect,
    hover,
    onHover,
    onWithin,
    onCells,
    onArea,
    reachName,
    onReach,
    onList,
    onPlan,
  } = props
  const { t } = useTranslation('map')
  const version = useAccountsVersion()
  const { colouring, fields } = useColouring(colour)
  const [picked, pick] = useReducer(pickReducer, [])
  const [inView, setInView] = useState<{ accounts: number; prospects: number } | null>(null)
  const query = filterQuery({ ...filter, within: undefined, cells: undefined })
  const { within, cells, reach } = filter
  const { data: area } = useReachArea(reach)
  const drawn = reach ? area : undefined
  const named = useNamedArea(filter.filter)
  const format = useFormat()
  const place = drawn && { point: drawn.reach.point, label: format.duration(drawn.reach.minutes * 60) }
  const placeKey = place && `${place.point} ${place.label}`

  // biome-ignore lint/correctness/useExhaustiveDependencies: the query stands for the filter
  const content = useCallback(
    (palette: MapPalette) => {
      const shape = polygonOf(within)
      const regions = layer === 'regions'
      return {
        sources: {
          shape: shapeSource(
            shape ??
              cellsShape(cells) ??
              drawn?.polygon ??
              named.outline?.polygon ??
              shapesOf(parseFilter(filter.filter)),
            place,
          ),
          ...(regions
            ? { regions: regionsSource(location.origin, { ...filter, cells: undefined }) }
            : { accounts: accountsSource(location.origin, filter, colouring?.field) }),
        },
        areas: [
          ...(regions ? regionLayers(palette, 'customers', regionClasses(palette, 'customers'), null) : []),
          ...shapeLayers(palette),
        ],
        lines: [],
        points: [...(regions ? [] : accountLayers(palette, shape, colouring)), ...reachLayers(palette)],
      }
    },
    [query, layer, within, cells, drawn?.polygon, named.outline, placeKey, colouring],
  )

  const marks = useMemo(() => {
    if (layer === 'regions') return []
    const mark = (id: number, state: Mark['state']): Mark => ({
      source: 'accounts',
      sourceLayer: 'accounts',
      id,
      state,
    })
    return [
      ...picked.map(({ account }) => mark(account, 'picked')),
      ...(hover ? [mark(hover, 'hover')] : []),
      ...(selection?.kind === 'account' ? [mark(selection.id, 'selected')] : []),
    ]
  }, [layer, picked, hover, selection])

  const onClick = (hit: MapGeoJSONFeature | null, event: MapMouseEvent) => {
    if (!hit) {
      if (!event.originalEvent.shiftKey) onSelect(null)
      return
    }
    const { account, site } = hit.properties
    if (hit.layer.id === 'region') {
      if (event.originalEvent.shiftKey) onCells?.(withCell(cells, String(hit.properties.cell)))
      return
    }
    if (hit.layer.id === 'cluster') {
      const map = event.target
      const [lng, lat] = hit.geometry.type === 'Point' ? hit.geometry.coordinates : event.lngLat.toArray()
      map.easeTo({ center: [lng ?? 0, lat ?? 0], zoom: Math.min(map.getZoom() + 2, 17) })
    } else if (hit.layer.id === 'account') {
      if (event.originalEvent.shiftKey) pick({ type: 'toggle', account: Number(account), site: Number(site) })
      else onSelect({ kind: 'account', id: Number(account) })
    } else if (hit.layer.id === 'open-prospect') onSelect({ kind: 'prospect', id: Number(hit.id) })
  }

  const onIdle = (map: MapLibre) => {
    if (layer === 'regions' || !map.getLayer('account')) return setInView(null)
    const accounts = new Set<unknown>()
    let clustered = 0
    for (const feature of map.queryRenderedFeatures({ layers: ['account', 'cluster'] })) {
      if (feature.layer.id === 'account') accounts.add(feature.properties.account)
      else clustered += Number(feature.properties.count ?? 0)
    }
    const prospects = new Set(map.queryRenderedFeatures({ layers: ['open-prospect'] }).map((f) => f.id))
    setInView({ accounts: accounts.size + clustered, prospects: prospects.size })
  }

  return (
    <MapView
      label={t('label')}
      content={content}
      position={position}
      {...(onMove ? { onMove } : {})}
      hits={hitsOf}
      onClick={onClick}
      onHover={(hit) => onHover?.(hit?.layer.id === 'account' ? Number(hit.properties.account) : null)}
      marks={marks}
      onIdle={onIdle}
      {...(version === undefined ? {} : { version })}
    >
      <MapControls>
        {onWithin && (
          <LassoTools
            onShape={onWithin}
            onArea={onArea}
            onPlace={
              onReach &&
              ((point) =>
                onReach(reachText({ point, minutes: reachOf(reach)?.minutes ?? reachChoice.first })))
            }
          />
        )}
      </MapControls>
      {layer === 'regions' ? (
        <RegionsLegend figure="customers" />
      ) : (
        <AccountsLegend colouring={colouring} fields={fields} onColour={onColour} />
      )}
      <VisuallyHidden role="status" data-in-view>
        {inView &&
          `${t('status.view', { count: inView.accounts })}, ${t('status.viewProspects', { count: inView.prospects })}`}
      </VisuallyHidden>
      <ShowArea area={drawn} settled={position !== null && reach !== undefined} />
      <ShowArea area={named.outline} settled={position !== null && named.area !== null} />
      {(within || cells || reach || (named.area && onArea)) && onWithin ? (
        <SelectionCard
          filter={filter}
          reachName={reachName}
          onReach={onReach}
          onList={onList}
          {...(onPlan ? { onPlan } : {})}
          onClear={() => (named.area && onArea ? onArea(null) : onWithin(undefined))}
        />
      ) : (
        picked.length > 0 && (
          <PickedCard picked={picked} onPlan={onPlan} onClear={() => pick({ type: 'clear' })} />
        )
      )}
    </MapView>
  )
}
