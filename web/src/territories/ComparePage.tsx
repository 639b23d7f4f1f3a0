/** Two alignments beside each other on maps that move together. */
import { Skeleton, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '../app/links'
import { LoadFailed } from '../app/Problems'
import type { MapPosition } from '../app/search'
import { useFormat } from '../i18n/format'
import { Division } from './division'
import classes from './Parts.module.css'
import { alignmentQuery, cellsQuery } from './queries'
import { evennessOf } from './rows'
import { TerritoriesMap } from './TerritoriesMap'
import { useColours } from './useColours'

export function CompareAlignmentsPage() {
  const { t } = useTranslation('territories')
  const { a, b } = useSearch({ from: '/signed-in/territories/compare' })
  const [position, setPosition] = useState<MapPosition | null>(null)
  return (
    <div className={classes.compare}>
      <header className={classes.compareHead}>
        <Title order={1}>{t('compare.title')}</Title>
        <LinkAnchor size="sm" to="/territories" search={{ alignment: b }}>
          {t('compare.back')}
        </LinkAnchor>
      </header>
      <div className={classes.sides}>
        <Side id={a} word={t('changes.before')} position={position} onMove={setPosition} />
        <Side id={b} word={t('changes.after')} position={position} onMove={setPosition} />
      </div>
    </div>
  )
}

function Side(props: {
  id: number
  word: string
  position: MapPosition | null
  onMove: (position: MapPosition) => void
}) {
  const { id, word, position, onMove } = props
  const { t } = useTranslation('territories')
  const format = useFormat()
  const full = useQuery(alignmentQuery(id))
  const cells = useQuery(cellsQuery(id))
  const division = useMemo(
    () => (cells.data ? new Division(cells.data.cells, cells.data.resolution) : null),
    [cells.data],
  )
  const colours = useColours(division, full.data?.territories ?? none)
  const error = full.error ?? cells.error
  if (error)
    return (
      <section aria-label={word}>
        <LoadFailed
          title={t('failed')}
          error={error}
          onRetry={() => {
            void full.refetch()
            void cells.refetch()
          }}
        />
      </section>
    )
  if (!full.data || !division)
    return (
      <section aria-label={word} aria-busy>
        <Skeleton height="100%" />
      </section>
    )
  const { spread } = evennessOf(division.painting, full.data.territories, 'workload')
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  return (
    <section aria-label={`${word}: ${full.data.name}`} data-side={id}>
      <TerritoriesMap
        label={`${word}: ${full.data.name}`}
        division={division}
        territories={full.data.territories}
        colours={colours}
        position={position}
        onMove={onMove}
        plain
      >
        <h2>
          {full.data.name}
          <small>
            {word} · {t('list.spread', { figure: t('figure.workload'), spread: percent.format(spread) })}
          </small>
        </h2>
      </TerritoriesMap>
    </section>
  )
}

const none: never[] = []
