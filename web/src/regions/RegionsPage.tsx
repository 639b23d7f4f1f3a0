/** The market map: figures by hexagon, two at once, what is behind one of them, and what to do with it. */
import { Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { isValidCell } from 'h3-js'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FilterBar } from '../accounts/FilterBar'
import { useAccountsSearch } from '../accounts/useAccountsSearch'
import { useMay } from '../api/queries'
import type { Point } from '../api/types'
import { useProblemText } from '../app/problemText'
import { reachChoice, reachOf, reachText } from '../app/reach'
import { useScheme } from '../app/scheme'
import { type MapPosition, roundPosition } from '../app/search'
import { shapesOf } from '../filters/shapes'
import { parseFilter } from '../filters/tree'
import { useFormat } from '../i18n/format'
import { cellsOf, withCell } from '../map/cells'
import { LassoTools } from '../map/LassoOverlay'
import { polygonOf } from '../map/lasso'
import { useReachArea } from '../map/reachArea'
import { SelectionCard } from '../map/SelectionCard'
import { ShowArea } from '../map/ShowArea'
import { useNamedArea } from '../map/useNamedArea'
import { Panel } from '../plan/Panel'
import { AnalysisPart } from './AnalysisPart'
import { CellName } from './CellName'
import { CellPart } from './CellPart'
import { ClassLegend } from './ClassLegend'
import { Controls } from './Controls'
import { ExportButton } from './ExportButton'
import { FigureList } from './FigureList'
import { type Cell, type Figure, type FigureKey, figures, figureText } from './figures'
import { hovering } from './hovered'
import { inStep } from './inStep'
import { MarketMap } from './MarketMap'
import classes from './RegionsPage.module.css'
import { endsOf, endsText, type MarketSearch, onlyOf, toggled } from './search'
import { blended, lookedAt, rankOf, type Sheet, single } from './sheet'
import { Trend } from './Trend'
import {
  gravitySheet,
  hotSpotSheet,
  levels,
  lookAlikeSheet,
  nearest,
  unservedSheet,
  useAnalysis,
} from './useAnalysis'
import { useCell, useCells, useTotals, type View } from './useMarket'

const noCells: Cell[] = []
const mostNamed = 8

export function RegionsPage() {
  const { t } = useTranslation('regions')
  const { t: common } = useTranslation()
  const { t: onMap } = useTranslation('map')
  const format = useFormat()
  const scheme = useScheme()
  const problemText = useProblemText()
  const search: MarketSearch = useSearch({ from: '/signed-in/regions' })
  const navigate = useNavigate()
  const s = useAccountsSearch('/signed-in/regions')
  // What is picked is a selection among the hexagons, not what they show.
  const filter = useMemo(() => ({ ...s.filter, cells: undefined }), [s.filter])
  const mayPlan = useMay('plans.write')
  const [view, setView] = useState<View | null>(null)
  const [hovered] = useState(hovering)
  const [together] = useState(inStep)

  const change = useCallback(
    (part: Partial<MarketSearch>) =>
      void navigate({
        to: '/regions',
        search: (known) => ({ ...known, ...part }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  const figure: FigureKey = search.figure ?? 'customers'
  const second = search.with === figure ? undefined : search.with
  const as = search.as ?? 'side'
  const usual = useMemo(() => daysBefore(format.today(), 90), [format])
  const by = search.breaks ?? 'quantile'
  const steps = search.steps ?? 5
  const only = useMemo(() => onlyOf(search.only), [search.only])
  const held = useMemo(() => endsOf(search.at), [search.at])
  const pickedCells = useMemo(() => cellsOf(search.cells), [search.cells])
  const cell = search.cell ?? null

  const since = search.since ?? usual
  const shownKeys = useMemo(() => [figure, ...(second ? [second] : [])], [figure, second])
  const { data, error, refetch, isPlaceholderData, isFetching } = useCells(
    filter,
    view,
    search.res,
    shownKeys,
    since,
  )
  const totals = useTotals(filter, view).data
  const inCell = useCell(filter, cell).data
  const cells = data?.cells ?? noCells
  const resolution = data?.resolution ?? search.res ?? 7

  const choice = useMemo(() => ({ by, steps, scheme }), [by, steps, scheme])
  const sheet = useMemo(
    () =>
      second && as === 'blend'
        ? blended(cells, figures[figure], figures[second], choice)
        : single(cells, figures[figure], { ...choice, held }),
    [cells, figure, second, as, choice, held],
  )
  const beside = useMemo(
    () => (second && as === 'side' ? single(cells, figures[second], choice) : null),
    [cells, second, as, choice],
  )

  const asked = figures[figure].server
  const results = useAnalysis({ filter, view, resolution, figure: asked, search })
  const { hotspots, lookalikes, unserved, gravity } = results
  const worked = useMemo((): { sheet: Sheet; figure: Figure; names?: string[]; unit: string } | null => {
    switch (search.analysis) {
      case 'hotspots':
        return hotspots.data
          ? {
              sheet: hotSpotSheet(hotspots.data, scheme),
              figure: figures.accounts,
              names: levels.map((level) => t(`hotspots.level.${level}`)),
              unit: t(`figure.${asked}`),
            }
          : null
      case 'lookalikes':
        return lookalikes.data
          ? {
              sheet: lookAlikeSheet(lookalikes.data, scheme),
              figure: figures.accounts,
              names: nearest.map((most) => t('lookalikes.nearest', { most })),
              unit: t('lookalikes.unit'),
            }
          : null
      case 'unserved':
        return unserved.data
          ? {
              sheet: unservedSheet(unserved.data, scheme),
              figure: figures[asked],
              unit: t('unserved.unit', { figure: t(`figure.${asked}`) }),
            }
          : null
      case 'newPlace':
        return gravity.data
          ? {
              sheet: gravitySheet(gravity.data, scheme),
              figure: figures.penetration,
              unit: t('newPlace.unit'),
            }
          : null
      default:
        return null
    }
  }, [search.analysis, hotspots.data, lookalikes.data, unserved.data, gravity.data, scheme, asked, t])
  const first = worked?.sheet ?? sheet

  const { data: area } = useReachArea(filter.reach)
  const drawn = filter.reach ? area : undefined
  const named = useNamedArea(filter.filter)
  const outline = drawn?.polygon ?? named.outline?.polygon
  const shape = useMemo(
    () => polygonOf(filter.within) ?? outline ?? shapesOf(parseFilter(filter.filter)),
    [filter.within, outline, filter.filter],
  )
  const newPlace = search.analysis === 'newPlace' ? pointOf(search.point) : null
  const place = newPlace
    ? { point: newPlace, label: t('newPlace.label') }
    : drawn && { point: drawn.reach.point, label: format.duration(drawn.reach.minutes * 60) }

  const onMove = useCallback(
    (to: MapPosition, next: View) => {
      if (together.following()) return
      setView(next)
      change(roundPosition(to))
    },
    [change, together],
  )
  const onCell = useCallback((to: string | null) => change({ cell: to ?? undefined }), [change])
  const onPick = (to: string) => s.setCells(withCell(search.cells, to))
  const seen = useMemo(() => lookedAt(first, only), [first, only])
  const top = useMemo(() => [...seen].sort((a, b) => b.v - a.v).slice(0, mostNamed), [seen])
  const rank = useMemo(() => (cell === null ? null : rankOf(sheet, cell)), [sheet, cell])
  const shared = {
    label: onMap('regionsLabel'),
    position: s.position,
    resolution,
    cell,
    onCell,
    picked: pickedCells,
    onPick,
    hovered,
    shape,
    place,
    onMove,
    ...(beside ? { inStep: together } : {}),
  }
  const selecting =
    pickedCells.length > 0 || filter.within !== undefined || filter.reach !== undefined || named.area !== null
  const selected = s.filter

  return (
    <Panel
      label={t('title')}
      map={
        <div className={classes.maps} data-two={beside !== null}>
          <MarketMap
            {...shared}
            sheet={first}
            only={only}
            controls={
              <LassoTools
                onShape={(within) => {
                  change({ cells: undefined })
                  s.setWithin(within)
                }}
                onArea={s.setArea}
                onPlace={(point) => {
                  change({ cells: undefined })
                  s.setReach(
                    reachText({ point, minutes: reachOf(filter.reach)?.minutes ?? reachChoice.first }),
                  )
                }}
              />
            }
            legend={
              <ClassLegend
                sheet={first}
                title={worked ? t(`analysis.${search.analysis ?? 'hotspots'}`) : t(`figure.${figure}`)}
                unit={
                  worked?.unit ??
                  (second && as === 'blend'
                    ? t('legend.blended', { up: t(`figure.${second}`) })
                    : t(`unit.${figure}`))
                }
                figure={worked?.figure ?? figures[figure]}
                names={worked?.names}
                up={
                  second && as === 'blend' && !worked
                    ? { figure: figures[second], title: t(`figure.${second}`) }
                    : undefined
                }
                only={only}
                onOnly={(at) =>
                  change({ only: at === null ? undefined : toggled(only, at, first.colours.length) })
                }
                held={held !== null}
                {...((second && as === 'blend') || worked
                  ? {}
                  : {
                      onHold: (hold: boolean) =>
                        change({ at: hold && sheet.ends.length > 0 ? endsText(sheet.ends) : undefined }),
                    })}
              />
            }
          >
            <ShowArea area={drawn} settled={s.position !== null && filter.reach !== undefined} />
            <ShowArea area={named.outline} settled={s.position !== null && named.area !== null} />
            {selecting && (
              <SelectionCard
                filter={selected}
                reachName={s.reachName}
                onReach={pickedCells.length > 0 ? undefined : s.setReach}
                onList={() => void navigate({ to: '/accounts', search: selected })}
                {...(mayPlan ? { onPlan: s.plan } : {})}
                onClear={() => {
                  if (pickedCells.length > 0) change({ cells: undefined })
                  else if (named.area) s.setArea(null)
                  else change({ within: undefined, reach: undefined, reachOf: undefined })
                }}
              />
            )}
          </MarketMap>
          {beside && second && (
            <MarketMap
              {...shared}
              label={onMap('regionsSecondLabel')}
              sheet={beside}
              only={[]}
              legend={
                <ClassLegend
                  sheet={beside}
                  title={t(`figure.${second}`)}
                  unit={t(`unit.${second}`)}
                  figure={figures[second]}
                  only={[]}
                  onOnly={(at) =>
                    // What is looked at is of the first figure: a click here makes this one the first.
                    change({
                      figure: second,
                      with: figure,
                      only: at === null ? undefined : String(at),
                      at: undefined,
                    })
                  }
                />
              }
            />
          )}
        </div>
      }
    >
      <Stack gap="md" p="md">
        <div>
          <Group justify="space-between" wrap="nowrap">
            <Title order={1}>{t('title')}</Title>
            {isFetching && <Loader size="xs" role="status" aria-label={common('loading')} />}
          </Group>
          <Text size="sm" c="dimmed">
            {t('lead')}
          </Text>
        </div>
        <FilterBar filter={filter} onChange={s.changeFilter} reachName={s.reachName} error={error} />
        <Controls
          figure={figure}
          second={second}
          as={as}
          by={by}
          steps={steps}
          resolution={search.res}
          shown={data?.resolution}
          since={since}
          onChange={change}
        />
        {error && (!data || isPlaceholderData) && (
          <div role="alert">
            <Text size="sm">{problemText(error)}</Text>
            <Button size="xs" variant="default" mt="xs" onClick={() => void refetch()}>
              {common('action.retry')}
            </Button>
          </div>
        )}
        <AnalysisPart
          search={search}
          figure={figures[asked]}
          title={t(`figure.${asked}`)}
          results={results}
          cell={cell}
          middle={view && middleOf(view.bounds)}
          onChange={change}
          onCell={onCell}
          onHover={hovered.set}
        />
        {cell !== null && isValidCell(cell) ? (
          <CellPart
            cell={cell}
            values={inCell}
            rank={rank === null ? null : { at: rank, of: sheet.cells.length, figure: t(`figure.${figure}`) }}
            filter={filter}
            picked={pickedCells.includes(cell)}
            onPick={() => onPick(cell)}
            onCell={onCell}
          >
            <Trend filter={filter} cell={cell} figure={figure} />
          </CellPart>
        ) : (
          <Text size="sm" c="dimmed">
            {data && cells.length === 0 ? t('none') : t('cell.empty')}
          </Text>
        )}
        {totals && (
          <section aria-labelledby="totals-title">
            <Title order={2} id="totals-title">
              {t('totals')}
            </Title>
            <FigureList values={totals} />
            {view && data && (
              <Group mt="xs">
                <ExportButton filter={filter} view={view} resolution={data.resolution} />
              </Group>
            )}
          </section>
        )}
        {top.length > 0 && !worked && (
          <section aria-labelledby="top-title">
            <Title order={2} id="top-title">
              {t('largest')}: {t(`figure.${figure}`)}
            </Title>
            <ol className={classes.top}>
              {top.map((c) => (
                <li key={c.cell}>
                  <button
                    type="button"
                    aria-pressed={c.cell === cell}
                    onClick={() => onCell(c.cell)}
                    onPointerEnter={() => hovered.set(c.cell)}
                    onPointerLeave={() => hovered.set(null)}
                    onFocus={() => hovered.set(c.cell)}
                    onBlur={() => hovered.set(null)}
                  >
                    <CellName cell={c.cell} />
                    <strong>{figureText(figures[figure], c.v, format)}</strong>
                  </button>
                </li>
              ))}
            </ol>
          </section>
        )}
      </Stack>
    </Panel>
  )
}

const pointOf = (text: string | undefined) => (text ? (text.split(',').map(Number) as Point) : null)

const middleOf = ([west, south, east, north]: View['bounds']) =>
  [(west + east) / 2, (south + north) / 2].map((v) => Number(v.toFixed(4))).join(',')

const daysBefore = (day: string, days: number) =>
  new Date(Date.parse(`${day}T12:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)
