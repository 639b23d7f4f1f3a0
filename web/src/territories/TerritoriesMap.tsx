/** The map of an alignment: cells in colours, outlines, names, and the tools that paint. */
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useScheme } from '../app/scheme'
import type { MapPosition } from '../app/search'
import { MapControls } from '../map/MapControls'
import { MapView } from '../map/MapView'
import type { MapPalette } from '../map/palette'
import { CellStates } from './CellStates'
import { type CoverageCounts, coverageClasses, coverageOrder, figureClasses, mostly } from './colouring'
import type { Division } from './division'
import { FigureLegend } from './FigureLegend'
import { areaLayers, cellFeatures, pointLayers, sources } from './mapLayers'
import { nobody } from './painting'
import { leaves } from './rows'
import type { Territory } from './types'
import { useView } from './view'

const hits = ['cell-fill']
const none: ReadonlySet<string> = new Set()

export function TerritoriesMap(props: {
  label?: string
  division: Division
  territories: readonly Territory[]
  colours: ReadonlyMap<number, number>
  coverage?: ReadonlyMap<string, CoverageCounts> | undefined
  against?: ((cell: string) => number) | null
  /** Cells that are locked one by one. */
  kept?: ReadonlySet<string>
  position?: MapPosition | null
  onMove?: (position: MapPosition) => void
  /** Takes the cells' moves out of the legend and the layers: a map beside another one. */
  plain?: boolean
  children?: React.ReactNode
}) {
  const { division, territories, colours, coverage, against = null, position = null, onMove, plain } = props
  const kept = props.kept ?? none
  const { t } = useTranslation('territories')
  const scheme = useScheme()
  const colourBy = useView((view) => (plain ? 'territory' : view.colourBy))
  const gaps = useView((view) => view.gaps)
  const moves = useView((view) => view.moves) && against !== null
  const selected = useView((view) => view.selected)
  const tool = useView((view) => view.tool)
  const { painting } = division
  const parts = useMemo(() => leaves(territories), [territories])

  const figure = useMemo(() => {
    if (colourBy === 'territory') return null
    return colourBy === 'coverage' ? coverageClasses(scheme) : figureClasses(painting, colourBy, scheme)
  }, [painting, colourBy, scheme])
  const value = useMemo(() => {
    if (colourBy === 'territory') return null
    if (colourBy === 'coverage')
      return (cell: string) => {
        const state = mostly(coverage?.get(cell))
        return state === null ? null : coverageOrder.indexOf(state)
      }
    return (cell: string) => painting.valueOf(cell, colourBy) || null
  }, [painting, colourBy, coverage])
  const cells = useMemo(
    () => cellFeatures(painting.cells, (cell) => painting.valueOf(cell, 'accounts'), value),
    [painting, value],
  )
  const content = useCallback(
    (palette: MapPalette) => ({
      sources: sources({
        cells,
        outlines: division.outlines.collection(parts.map((each) => each.id)),
        names: division.outlines.labels(parts),
      }),
      areas: areaLayers(palette, { figure, gaps, moves, selected }),
      lines: [],
      points: pointLayers(palette),
    }),
    [cells, division, parts, figure, gaps, moves, selected],
  )
  const fit = useMemo(() => division.box(), [division])

  return (
    <MapView
      label={props.label ?? t('map.label')}
      content={content}
      position={position}
      fit={fit}
      hits={hits}
      {...(onMove ? { onMove } : {})}
      onClick={(hit) => {
        if (tool !== 'look') return
        const cell = hit ? (painting.cells[Number(hit.id)] ?? null) : null
        const owner = cell ? painting.ownerOf(cell) : nobody
        useView.setState({ cell, ...(owner === nobody ? {} : { selected: owner }) })
      }}
    >
      <CellStates division={division} territories={parts} colours={colours} against={against} kept={kept} />
      <MapControls fit={fit} />
      {figure && !plain && <FigureLegend colourBy={colourBy} classes={figure} />}
      {props.children}
    </MapView>
  )
}
