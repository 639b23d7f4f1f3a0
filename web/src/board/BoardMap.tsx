/** The map beside the board: hovering in one lights up in the other. */
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bounds } from '../map/layers/outside'
import { MapControls } from '../map/MapControls'
import { MapView, type Mark } from '../map/MapView'
import type { MapPalette } from '../map/palette'
import type { LaneColour } from './colours'
import { boardHits, boardLineLayers, boardLines, boardPointLayers, boardStops } from './mapLayers'
import { linesQuery, type PlanLines } from './queries'
import type { Board } from './types'
import { useView } from './view'

const noPosition = null
/** Lanes of which every bend is asked for; of more, the simplified lines do. */
const inFull = 4

export function BoardMap(props: {
  board: Board
  colourOf: (lane: { repId: number; day: string }) => LaneColour
  onPick: (visitId: number) => void
}) {
  const { board, colourOf, onPick } = props
  const { t } = useTranslation('board')
  const selected = useView((view) => view.selected)
  const hoverLane = useView((view) => view.hoverLane)
  const hoverVisit = useView((view) => view.hoverVisit)
  // Passing over the lanes is no wish to see each of them.
  const [passing] = useDebouncedValue(hoverLane, 140)
  const shownKey = [...new Set(passing && selected.length === 0 ? [passing] : selected)].sort().join(' ')
  const { data: all } = useQuery({
    ...linesQuery(board.plan.id, board.plan.version),
    enabled: board.totals.visits > 0,
  })
  const wanted = shownKey === '' || selected.length === 0 ? [] : selected
  const full = useQueries({
    queries: (wanted.length <= inFull ? wanted : []).map((key) => {
      const [repId, day = ''] = key.split('/')
      return linesQuery(board.plan.id, board.plan.version, { repId: Number(repId), day })
    }),
    combine: (answers) => answers.map((answer) => answer.data),
  })
  const fullKey = full.map((lines) => lines?.features.length ?? '-').join()

  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys stand for what they are made of
  const content = useCallback(
    (palette: MapPalette) => {
      const ready = full.length > 0 && full.every((lines) => lines !== undefined)
      const lines = ready
        ? ({
            type: 'FeatureCollection',
            features: full.flatMap((lines) => lines?.features ?? []),
          } as PlanLines)
        : all
      const shown = new Set(shownKey === '' ? [] : shownKey.split(' '))
      const drawing = { board, lines, shown, colourOf }
      return {
        sources: {
          'board-lines': { type: 'geojson' as const, data: boardLines(drawing), tolerance: 0.3 },
          'board-stops': { type: 'geojson' as const, data: boardStops(drawing) },
        },
        areas: [],
        lines: boardLineLayers(palette),
        points: boardPointLayers(palette),
      }
    },
    [board.lanes, board.unplanned, all, fullKey, shownKey, colourOf],
  )
  const fit = useMemo(() => boundsOf(board, selected), [board, selected])
  const marks = useMemo(
    (): Mark[] => (hoverVisit === null ? [] : [{ source: 'board-stops', id: hoverVisit, state: 'hover' }]),
    [hoverVisit],
  )
  return (
    <MapView
      label={t('map.label')}
      content={content}
      position={noPosition}
      fit={fit}
      hits={boardHits}
      marks={marks}
      onHover={(hit) => useView.setState({ hoverVisit: hit?.id ? Number(hit.id) : null })}
      onClick={(hit) => hit?.id && Number(hit.id) > 0 && onPick(Number(hit.id))}
    >
      <MapControls fit={fit} />
    </MapView>
  )
}

const grow = 0.01

/** The box around the selected lanes, or around everything; null when there is nothing. */
function boundsOf(board: Board, selected: readonly string[]): Bounds | null {
  const lanes =
    selected.length > 0
      ? board.lanes.filter((lane) => selected.includes(`${lane.repId}/${lane.day}`))
      : board.lanes
  const points = lanes.flatMap((lane) => [
    ...lane.stops.map((stop) => stop.point),
    ...(lane.stops.length > 0 && lane.startPoint ? [lane.startPoint] : []),
  ])
  if (selected.length === 0) points.push(...board.unplanned.map((visit) => visit.point))
  if (points.length === 0) return null
  const lons = points.map((p) => p[0])
  const lats = points.map((p) => p[1])
  return [
    Math.min(...lons) - grow,
    Math.min(...lats) - grow,
    Math.max(...lons) + grow,
    Math.max(...lats) + grow,
  ].map((value) => Number(value.toFixed(3))) as Bounds
}
