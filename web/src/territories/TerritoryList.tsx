/** Territories with their people and how their share compares, below areas and regions. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconChevronRight, IconLock, IconLockOpen } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { coverageColours } from '../app/palette'
import { useScheme } from '../app/scheme'
import { useFormat } from '../i18n/format'
import { type CoverageCounts, coverageOrder } from './colouring'
import { colourOf } from './colours'
import type { Division } from './division'
import { evennessOf, figureOf, offOf, type Row, sumOf } from './rows'
import classes from './Territories.module.css'
import listClasses from './TerritoryList.module.css'
import type { Territory } from './types'
import { useRevision } from './useColours'
import { useView } from './view'
import { useFigureText } from './words'

export function TerritoryList(props: {
  division: Division
  territories: readonly Territory[]
  rows: readonly Row[]
  colours: ReadonlyMap<number, number>
  coverage: ReadonlyMap<number, CoverageCounts> | null
  /** Locks a territory or takes its lock away; null who may not. */
  onLock: ((territory: Territory) => void) | null
}) {
  const { division, territories, rows, colours, coverage, onLock } = props
  const { t } = useTranslation('territories')
  const scheme = useScheme()
  const format = useFormat()
  const figureText = useFigureText()
  const bars = useView((view) => view.bars)
  const showCoverage = useView((view) => view.colourBy === 'coverage')
  const selected = useView((view) => view.selected)
  const target = useView((view) => (view.tool === 'look' || view.tool === 'lock' ? null : view.target))
  useRevision(division)
  const { painting } = division
  const { mean } = evennessOf(painting, territories, bars)
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  let number = 0
  return (
    <ul className={listClasses.list}>
      {rows.map(({ territory, depth, leaves }) => {
        const { id, name, level, members, locked } = territory
        const owner = members.filter((each) => each.role === 'owner' && each.now).map((each) => each.name)
        if (level !== 'territory')
          return (
            <li key={id} className={listClasses.parent} style={{ paddingInlineStart: `${0.9 + depth}rem` }}>
              <button
                type="button"
                aria-pressed={selected === id}
                onClick={() => useView.setState({ selected: id })}
              >
                <strong>{name}</strong>
                <span>
                  {t('list.parent', {
                    level: t(`level.${level}`),
                    count: leaves.length,
                    value: figureText(bars, sumOf(painting, leaves, bars)),
                  })}
                </span>
              </button>
            </li>
          )
        number++
        const value = figureOf(painting, territory, bars)
        const share = mean === 0 ? null : value / mean
        const parts = painting.parts(id)
        const counts = coverage?.get(id)
        return (
          <li
            key={id}
            className={listClasses.row}
            style={{ paddingInlineStart: `${depth * 0.9}rem` }}
            data-territory={id}
            data-cells={painting.of(id).cells}
          >
            <button
              type="button"
              className={listClasses.main}
              aria-pressed={target === null ? selected === id : target === id}
              onClick={() =>
                useView.setState(target === null ? { selected: id } : { target: id, selected: id })
              }
            >
              <span
                className={listClasses.bar}
                style={{ background: colourOf(scheme, colours.get(id) ?? 0) }}
              />
              <span className={listClasses.who}>
                <strong>
                  {name}
                  {parts > 1 && (
                    <Tooltip label={t('list.parts', { count: parts })}>
                      <IconAlertTriangle
                        size={14}
                        className={classes.warn}
                        aria-label={t('list.parts', { count: parts })}
                      />
                    </Tooltip>
                  )}
                </strong>
                <span>
                  {owner.length > 0 ? owner.join(', ') : t('list.nobody')}
                  {' · '}
                  {t('list.accounts', {
                    count: figureOf(painting, territory, 'accounts'),
                    amount: format.number(figureOf(painting, territory, 'accounts')),
                  })}
                </span>
              </span>
              {showCoverage && counts ? (
                <CoverageBar counts={counts} />
              ) : (
                <span className={listClasses.share} data-off={share === null ? 'even' : offOf(share)}>
                  <b title={figureText(bars, value)}>{share === null ? '–' : percent.format(share)}</b>
                  <span className={listClasses.track} aria-hidden="true">
                    <i style={{ width: `${Math.min(100, (share ?? 0) * 66.7)}%` }} />
                    <s />
                  </span>
                  <small>{figureText(bars, value)}</small>
                </span>
              )}
              {target !== null && number <= 9 && <kbd className={classes.key}>{number}</kbd>}
              {target === null && <IconChevronRight size={16} className={listClasses.chevron} aria-hidden />}
            </button>
            {onLock ? (
              <Tooltip label={t(locked ? 'list.unlock' : 'list.lock')}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={30}
                  className={listClasses.lock ?? ''}
                  data-locked={locked}
                  aria-pressed={locked}
                  aria-label={t('list.lockOf', { name })}
                  onClick={() => onLock(territory)}
                >
                  {locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
                </ActionIcon>
              </Tooltip>
            ) : (
              locked && <IconLock size={16} className={listClasses.lock} aria-label={t('list.locked')} />
            )}
          </li>
        )
      })}
    </ul>
  )
}

function CoverageBar({ counts }: { counts: CoverageCounts }) {
  const { t } = useTranslation('territories')
  const scheme = useScheme()
  const format = useFormat()
  const all = coverageOrder.reduce((sum, state) => sum + counts[state], 0)
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  const label = coverageOrder
    .map((state) => `${t(`coverage.${state}`)} ${format.number(counts[state])}`)
    .join(', ')
  return (
    <span className={listClasses.share} title={label}>
      <b>{all === 0 ? '–' : percent.format(counts.on_track / all)}</b>
      <span className={listClasses.stack} role="img" aria-label={label}>
        {coverageOrder.map((state) => (
          <i key={state} style={{ flexGrow: counts[state], background: coverageColours[scheme][state] }} />
        ))}
      </span>
      <small>{t('coverage.on_track')}</small>
    </span>
  )
}
