/** One alignment: its territories beside the map, and what is done with them. */
import { Badge, Button, SegmentedControl, Tabs, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconScale } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PageLoading } from '../app/Fallbacks'
import { LoadFailed } from '../app/Problems'
import { type MapPosition, positionOf } from '../app/search'
import { toast } from '../app/toast'
import { useFormat } from '../i18n/format'
import { Panel } from '../plan/Panel'
import { AddMenu } from './AddMenu'
import { AlignmentHeader } from './AlignmentHeader'
import { BalanceDialog } from './BalanceDialog'
import { BusyBar } from './BusyBar'
import { CellCard } from './CellCard'
import { ChangesPart } from './ChangesPart'
import { ColourMenu } from './ColourMenu'
import { ConflictBar } from './ConflictBar'
import type { Division } from './division'
import { HistoryPart } from './HistoryPart'
import { Loading } from './Loading'
import { nobody } from './painting'
import { alignmentQuery, commentsQuery, isSearching, lockCells } from './queries'
import { evennessOf, leaves, rowsOf } from './rows'
import { setLocked } from './structure'
import { TalkPart } from './TalkPart'
import classes from './Territories.module.css'
import { TerritoryDetail } from './TerritoryDetail'
import { TerritoryList } from './TerritoryList'
import { Toolbar } from './Toolbar'
import type { Alignment, AlignmentHead } from './types'
import { useColours, useRevision } from './useColours'
import { useContrast } from './useContrast'
import { useCoverage } from './useCoverage'
import { type Edits, useEdits } from './useEdits'
import { usePaintKeys } from './usePaintKeys'
import { type BarFigure, barFigures, freshView, useView } from './view'

const TerritoriesMap = lazy(() => import('./TerritoriesMap').then((m) => ({ default: m.TerritoriesMap })))
const PaintSurface = lazy(() => import('./PaintSurface').then((m) => ({ default: m.PaintSurface })))

type Part = 'list' | 'changes' | 'talk' | 'history'

export function AlignmentView(props: {
  id: number
  alignments: readonly AlignmentHead[]
  onOpen: (id: number) => void
  onNew: () => void
}) {
  const { id } = props
  const { t } = useTranslation('territories')
  const full = useQuery(alignmentQuery(id))
  const edits = useEdits(id)
  useEffect(() => {
    useView.setState({ tool: 'look', cell: null, moves: false, selected: null, target: freshView.target })
  }, [])
  const error = full.error ?? edits.error
  if (error && !(full.data && edits.division))
    return (
      <LoadFailed
        title={t('failed')}
        error={error}
        onRetry={() => {
          void full.refetch()
          edits.retry()
        }}
      />
    )
  if (!full.data || !edits.division) return <Loading />
  return <Loaded {...props} alignment={full.data} edits={edits} division={edits.division} />
}

function Loaded(
  props: Parameters<typeof AlignmentView>[0] & {
    alignment: Alignment
    edits: Edits
    division: Division
  },
) {
  const { id, alignments, alignment, edits, division, onOpen, onNew } = props
  const { t } = useTranslation('territories')
  const { lon, lat, zoom } = useSearch({ from: '/signed-in/territories' })
  const navigate = useNavigate()
  const position = useMemo(() => positionOf({ lon, lat, zoom }), [lon, lat, zoom])
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  const [part, setPart] = useState<Part>('list')
  const [balancing, setBalancing] = useState(false)
  const { territories } = alignment
  const parts = useMemo(() => leaves(territories), [territories])
  const rows = useMemo(() => rowsOf(territories), [territories])
  const shown = useMemo(
    () => rows.filter((row) => row.territory.level === 'territory').map((row) => row.territory),
    [rows],
  )
  const colours = useColours(division, territories)
  const coverage = useCoverage(division)
  const contrast = useContrast(alignment, alignments)
  const selected = useView((view) => view.selected)
  const cell = useView((view) => view.cell)
  const detail = territories.find((each) => each.id === selected)
  const searching = isSearching(alignment.balance?.state)
  const mayPaint = alignment.mayEdit && !phone && !searching
  const locked = useMemo(() => new Set(parts.filter((each) => each.locked).map((each) => each.id)), [parts])
  const kept = useMemo(() => new Set<string>(alignment.lockedCells), [alignment.lockedCells])
  const lock = async (cells: string[], on = !cells.every((each) => kept.has(each))) => {
    // Those that it makes a difference to, so that undoing leaves the others as they were.
    const changed = cells.filter((each) => kept.has(each) !== on)
    try {
      await edits.send((version) => lockCells(id, version, changed, on))
      toast(
        t(on ? 'cell.nowLocked' : 'cell.nowOpen', { count: changed.length }),
        () => void lock(changed, !on),
      )
    } catch {
      // useEdits has told it.
    }
  }
  const undo = mayPaint && alignment.canUndo && !edits.busy ? edits.undo : null
  const redo = mayPaint && alignment.canRedo && !edits.busy ? edits.redo : null
  usePaintKeys({ territories: shown, mayPaint, undo, redo })
  useEffect(() => {
    if (!mayPaint) useView.setState({ tool: 'look' })
  }, [mayPaint])
  const nameOf = (territory: number) =>
    territory === nobody ? t('nobody') : (parts.find((each) => each.id === territory)?.name ?? '')
  const onMove = (to: MapPosition) =>
    void navigate({
      to: '/territories',
      search: (known) => ({ ...known, ...to }),
      replace: true,
      resetScroll: false,
    })
  const comments = useQuery(commentsQuery(id)).data?.length ?? 0

  return (
    <Panel
      label={t('title')}
      map={
        <Suspense fallback={<PageLoading />}>
          <TerritoriesMap
            division={division}
            territories={territories}
            colours={colours}
            coverage={coverage.byCell}
            against={contrast.ownerOf}
            kept={kept}
            position={position}
            onMove={onMove}
          >
            {mayPaint && (
              <>
                {/* Of its own: what waits must not hide the map, which would lose its size and its place. */}
                <Suspense fallback={null}>
                  <PaintSurface
                    division={division}
                    locked={locked}
                    kept={kept}
                    nameOf={nameOf}
                    onStroke={edits.stroke}
                    onLock={(cells) => void lock(cells)}
                  />
                </Suspense>
                <Toolbar territories={shown} colours={colours} undo={undo} redo={redo} />
              </>
            )}
            <ColourMenu division={division} mayCompare={contrast.ownerOf !== null} />
            {cell !== null && division.painting.has(cell) && (
              <CellCard
                division={division}
                cell={cell}
                nameOf={nameOf}
                kept={kept.has(cell)}
                onLock={mayPaint ? () => void lock([cell]) : null}
              />
            )}
          </TerritoriesMap>
        </Suspense>
      }
    >
      <div
        className={classes.panel}
        data-alignment={id}
        data-version={alignment.version}
        data-busy={edits.busy}
      >
        <AlignmentHeader
          alignment={alignment}
          alignments={alignments}
          edits={edits}
          contrast={contrast}
          onOpen={onOpen}
          onNew={onNew}
        />
        <ConflictBar edits={edits} division={division} mayEdit={alignment.mayEdit && !searching} />
        <BusyBar alignment={alignment} edits={edits} />
        {detail && part === 'list' ? (
          <TerritoryDetail
            key={detail.id}
            territory={detail}
            alignment={alignment}
            division={division}
            edits={edits}
            colours={colours}
          />
        ) : (
          <Tabs
            value={part}
            onChange={(value) => setPart((value as Part | null) ?? 'list')}
            keepMounted={false}
            className={classes.tabs ?? ''}
          >
            <Tabs.List grow>
              <Tabs.Tab value="list">{t('part.list')}</Tabs.Tab>
              <Tabs.Tab value="changes">{t('part.changes')}</Tabs.Tab>
              <Tabs.Tab
                value="talk"
                rightSection={
                  comments > 0 && (
                    <Badge size="sm" circle variant="light">
                      {comments}
                    </Badge>
                  )
                }
              >
                {t('part.talk')}
              </Tabs.Tab>
              <Tabs.Tab value="history">{t('part.history')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="list">
              <BarChoice />
              {parts.length === 0 && (
                <Text size="sm" c="dimmed" p="md">
                  {t(alignment.mayEdit ? 'list.empty' : 'list.emptyReader')}
                </Text>
              )}
              <TerritoryList
                division={division}
                territories={territories}
                rows={rows}
                colours={colours}
                coverage={coverage.byTerritory}
                onLock={
                  alignment.mayEdit
                    ? (territory) => edits.act((version) => setLocked(id, territory, version))
                    : null
                }
              />
              {alignment.mayEdit && phone && (
                <Text size="sm" c="dimmed" px="md" pt="sm">
                  {t('list.wideOnly')}
                </Text>
              )}
              {alignment.mayEdit && (
                <div className={classes.add}>
                  <AddMenu alignment={alignment} edits={edits} />
                </div>
              )}
            </Tabs.Panel>
            <Tabs.Panel value="changes">
              <ChangesPart alignment={alignment} alignments={alignments} contrast={contrast} />
            </Tabs.Panel>
            <Tabs.Panel value="talk">
              <TalkPart alignment={alignment} />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              <HistoryPart alignment={alignment} />
            </Tabs.Panel>
          </Tabs>
        )}
        {part === 'list' && !detail && (
          <Footer
            edits={edits}
            alignment={alignment}
            division={division}
            onBalance={mayPaint ? () => setBalancing(true) : null}
          />
        )}
        {balancing && (
          <BalanceDialog
            alignment={alignment}
            parts={shown}
            version={alignment.version}
            onClose={() => setBalancing(false)}
            onStarted={edits.reload}
          />
        )}
      </div>
    </Panel>
  )
}

/** Which figure the bars compare. */
function BarChoice() {
  const { t } = useTranslation('territories')
  const bars = useView((view) => view.bars)
  return (
    <div className={classes.choice}>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('bars.label')}
        value={bars}
        onChange={(value) => useView.setState({ bars: value as BarFigure })}
        data={barFigures.map((value) => ({ value, label: t(`figure.${value}`) }))}
      />
    </div>
  )
}

function Footer(props: {
  edits: Edits
  alignment: Alignment
  division: Division
  onBalance: (() => void) | null
}) {
  const { edits, alignment, division, onBalance } = props
  const { territories } = alignment
  const { t } = useTranslation('territories')
  const format = useFormat()
  const bars = useView((view) => view.bars)
  useRevision(division)
  const { spread, count } = evennessOf(division.painting, territories, bars)
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  if (count === 0 && !onBalance) return null
  return (
    <footer className={classes.footer}>
      <span data-spread>
        {count > 0 &&
          `${t('list.count', { count })} · ${t('list.spread', {
            figure: t(`figure.${bars}`),
            spread: percent.format(spread),
          })}`}
        {edits.busy && ` · ${t('list.saving')}`}
      </span>
      {onBalance && (
        <Button
          size="xs"
          variant="light"
          leftSection={<IconScale size={16} aria-hidden />}
          onClick={onBalance}
        >
          {t(count > 0 ? 'balance.open' : 'list.divide')}
        </Button>
      )}
    </footer>
  )
}
