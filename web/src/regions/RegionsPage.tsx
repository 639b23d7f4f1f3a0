/** Figures by hexagon, and what is behind one of them. */
import { Button, CloseButton, Group, NativeSelect, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { cellToBoundary, cellToLatLng, getHexagonEdgeLengthAvg, isValidCell } from 'h3-js'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FilterBar } from '../accounts/FilterBar'
import { useAccountsSearch } from '../accounts/useAccountsSearch'
import { api, call } from '../api/client'
import { extractQuery } from '../api/queries'
import { useProblemText } from '../app/problemText'
import { filterQuery, type MapPosition, positionOf } from '../app/search'
import { useFormat } from '../i18n/format'
import { useAccountsVersion } from '../map/AccountsMap'
import { withinOf } from '../map/lasso'
import type { Bounds } from '../map/layers/outside'
import {
  type Figure,
  figureOf,
  figures,
  penetrationOf,
  regionClasses,
  regionLayers,
  regionsSource,
} from '../map/layers/regions'
import { MapControls } from '../map/MapControls'
import { MapView, type Mark } from '../map/MapView'
import type { MapPalette } from '../map/palette'
import { RegionsLegend } from '../map/RegionsLegend'
import { Panel } from '../plan/Panel'
import classes from './RegionsPage.module.css'

const resolutions = [5, 6, 7, 8, 9] as const
const hits = ['region']

export function RegionsPage() {
  const { t } = useTranslation('regions')
  const { t: common } = useTranslation()
  const { t: onMap } = useTranslation('map')
  const format = useFormat()
  const problemText = useProblemText()
  const search = useSearch({ from: '/signed-in/regions' })
  const navigate = useNavigate()
  const { filter, changeFilter, reachName } = useAccountsSearch('/signed-in/regions')
  const filterKey = filterQuery(filter)
  const { lon, lat, zoom } = search
  const position = useMemo(() => positionOf({ lon, lat, zoom }), [lon, lat, zoom])
  const [figure, setFigure] = useState<Figure>('customers')
  const [resolution, setResolution] = useState<number | undefined>()
  const [cell, setCell] = useState<string | null>(null)
  const [hover, setHover] = useState<string | null>(null)
  const [view, setView] = useState<{ bounds: Bounds; zoom: number } | null>(null)
  const { data: extract } = useQuery(extractQuery)
  const version = useAccountsVersion()
  const bounds = view?.bounds ?? (extract?.bounds as Bounds | null | undefined) ?? null

  const { data, error, refetch } = useQuery({
    queryKey: ['regions', filterKey, bounds, resolution ?? null, view ? Math.round(view.zoom) : null],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/regions', {
          params: {
            query: {
              ...filter,
              bbox: (bounds ?? []).join(','),
              ...(resolution === undefined ? {} : { resolution }),
              ...(view ? { zoom: Math.round(view.zoom) } : {}),
            },
          },
          signal,
        }),
      ),
    enabled: bounds !== null,
    placeholderData: keepPreviousData,
  })
  const cells = data?.cells ?? []
  const largest = cells.reduce((most, c) => Math.max(most, figureOf(c, figure)), 0)
  // Classes follow the resolution, not every pan: rounded so that they seldom change.
  const scale = largest > 0 ? 2 ** Math.ceil(Math.log2(largest)) : 0
  const text = (value: number) =>
    figure === 'penetration'
      ? new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 }).format(value)
      : format.number(value)

  const content = useCallback(
    (palette: MapPalette) => ({
      sources: { regions: regionsSource(location.origin, filter, resolution) },
      areas: regionLayers(palette, figure, regionClasses(palette, figure, scale), cell),
      lines: [],
      points: [],
    }),
    [filter, resolution, figure, scale, cell],
  )
  const marks = useMemo(
    (): Mark[] => (hover ? [{ source: 'regions', sourceLayer: 'regions', id: hover, state: 'hover' }] : []),
    [hover],
  )
  const onMove = (to: MapPosition, box: Bounds) => {
    setView({ bounds: box, zoom: to.zoom })
    void navigate({
      to: '/regions',
      search: (known) => ({ ...known, ...to }),
      replace: true,
      resetScroll: false,
    })
  }
  const top = [...cells]
    .sort((a, b) => figureOf(b, figure) - figureOf(a, figure))
    .slice(0, 8)
    .filter((c) => figureOf(c, figure) > 0)
  const selected = cells.find((c) => c.cell === cell) ?? null

  return (
    <Panel
      label={t('title')}
      map={
        <MapView
          label={onMap('regionsLabel')}
          content={content}
          position={position}
          onMove={onMove}
          hits={hits}
          marks={marks}
          onHover={(hit) => setHover(hit ? String(hit.properties.cell) : null)}
          onClick={(hit) => setCell(hit ? String(hit.properties.cell) : null)}
          {...(version === undefined ? {} : { version })}
        >
          <MapControls />
          <RegionsLegend figure={figure} largest={scale} />
        </MapView>
      }
    >
      <Stack gap="md" p="md">
        <div>
          <Title order={1}>{t('title')}</Title>
          <Text size="sm" c="dimmed">
            {t('lead')}
          </Text>
        </div>
        <FilterBar filter={filter} onChange={changeFilter} reachName={reachName} error={error} />
        <NativeSelect
          label={t('figureLabel')}
          value={figure}
          onChange={(event) => {
            const next = figures.find((f) => f === event.currentTarget.value)
            if (next) setFigure(next)
          }}
          data={figures.map((value) => ({ value, label: t(`figure.${value}`) }))}
        />
        <div>
          <Text size="sm" fw={500} id="resolution-label">
            {t('resolution.label')}
          </Text>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-labelledby="resolution-label"
            value={resolution === undefined ? 'auto' : String(resolution)}
            onChange={(value) => {
              setResolution(value === 'auto' ? undefined : Number(value))
              setCell(null)
            }}
            data={[
              { value: 'auto', label: 'Auto' },
              ...resolutions.map((r) => ({ value: String(r), label: String(r) })),
            ]}
          />
          <Text size="xs" c="dimmed" mt={4}>
            {resolution === undefined && `${t('resolution.auto')}. `}
            {t('resolution.about', {
              distance: format.distance(
                2 * getHexagonEdgeLengthAvg(resolution ?? data?.resolution ?? 7, 'm'),
              ),
            })}
          </Text>
        </div>
        {error && !data && (
          <div role="alert">
            <Text size="sm">{problemText(error)}</Text>
            <Button size="xs" variant="default" mt="xs" onClick={() => void refetch()}>
              {common('action.retry')}
            </Button>
          </div>
        )}
        {data && (
          <section aria-labelledby="totals-title">
            <Title order={2} id="totals-title">
              {t('totals')}
            </Title>
            <Figures values={data.totals} />
          </section>
        )}
        {cell && isValidCell(cell) ? (
          <section aria-labelledby="cell-title" className={classes.cell}>
            <Group justify="space-between">
              <Title order={2} id="cell-title">
                {t('cell.title')} <code className={classes.code}>{cell}</code>
              </Title>
              <CloseButton aria-label={t('cell.close')} onClick={() => setCell(null)} />
            </Group>
            {selected && <Figures values={selected} />}
            <Group gap="xs" mt="xs">
              {selected && selected.accounts > 0 ? (
                <Button
                  renderRoot={(props) => (
                    <Link
                      to="/accounts"
                      search={{ ...filter, ...around(cell), within: ringOf(cell) }}
                      {...props}
                    />
                  )}
                  size="sm"
                >
                  {t('cell.openList', { count: selected.accounts })}
                </Button>
              ) : (
                <Text size="sm" c="dimmed">
                  {t('cell.noAccounts')}
                </Text>
              )}
              {selected && selected.openProspects > 0 && (
                <Button
                  renderRoot={(props) => <Link to="/" search={around(cell)} {...props} />}
                  size="sm"
                  variant="default"
                >
                  {t('cell.openProspects')}
                </Button>
              )}
            </Group>
          </section>
        ) : (
          <Text size="sm" c="dimmed">
            {data && cells.length === 0 ? t('none') : t('cell.empty')}
          </Text>
        )}
        {top.length > 0 && (
          <section aria-labelledby="top-title">
            <Title order={2} id="top-title">
              {t('largest')}: {t(`figure.${figure}`)}
            </Title>
            <ul className={classes.top}>
              {top.map((c) => (
                <li key={c.cell}>
                  <button
                    type="button"
                    aria-pressed={c.cell === cell}
                    onClick={() => setCell(c.cell)}
                    onPointerEnter={() => setHover(c.cell)}
                    onPointerLeave={() => setHover(null)}
                  >
                    <code className={classes.code}>{c.cell}</code>
                    <strong>{text(figureOf(c, figure))}</strong>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </Stack>
    </Panel>
  )
}

function Figures({
  values,
}: {
  values: { accounts: number; customers: number; prospects: number; openProspects: number }
}) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <dl className={classes.figures}>
      {(
        [
          [t('accounts'), format.number(values.accounts)],
          [t('figure.customers'), format.number(values.customers)],
          [t('figure.prospects'), format.number(values.prospects)],
          [t('figure.openProspects'), format.number(values.openProspects)],
          [t('figure.penetration'), percent.format(penetrationOf(values))],
        ] as const
      ).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The hexagon's own outline as the list's shape. */
const ringOf = (cell: string) => withinOf(cellToBoundary(cell, true).slice(0, -1) as [number, number][])

function around(cell: string): MapPosition {
  const [lat, lon] = cellToLatLng(cell)
  return { lon: Number(lon.toFixed(5)), lat: Number(lat.toFixed(5)), zoom: 13 }
}
