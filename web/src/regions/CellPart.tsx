/** What is in one hexagon, and what can be done from there. */
import { Button, CloseButton, Group, Text, Title } from '@mantine/core'
import { IconArrowsMove, IconList, IconMinus, IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { cellArea, cellToLatLng } from 'h3-js'
import type { KeyboardEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../api/queries'
import type { AccountFilter, MapPosition } from '../app/search'
import { useFormat } from '../i18n/format'
import { CellName } from './CellName'
import { FigureList } from './FigureList'
import type { Counts } from './figures'
import classes from './RegionsPage.module.css'
import { directions, neighbour } from './view'

type Props = {
  cell: string
  /** Undefined while they are on their way. */
  values: Counts | undefined
  /** Its place among the hexagons in view, and of how many. */
  rank: { at: number; of: number; figure: string } | null
  filter: AccountFilter
  picked: boolean
  onPick: () => void
  onCell: (cell: string | null) => void
  children?: ReactNode
}

export function CellPart({ cell, values, rank, filter, picked, onPick, onCell, children }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const { organisation } = useMe()
  const area = cellArea(cell, 'km2')
  const walk = (event: KeyboardEvent) => {
    const direction = directions[event.key]
    if (direction === undefined) return
    event.preventDefault()
    const next = neighbour(cell, direction)
    if (next) onCell(next)
  }
  return (
    <section aria-labelledby="cell-title" className={classes.cell}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <div>
          <Title order={2} id="cell-title">
            {t('cell.title')}
          </Title>
          <Text size="sm">
            <CellName cell={cell} />
          </Text>
          <Text size="xs" c="dimmed">
            <code className={classes.code}>{cell}</code> ·{' '}
            {t('cell.area', { area: areaText(area, format.locale, organisation.currency === 'USD') })}
          </Text>
        </div>
        <CloseButton aria-label={t('cell.close')} onClick={() => onCell(null)} />
      </Group>
      {rank && (
        <Text size="sm" mt={4}>
          {t('cell.rank', { at: format.number(rank.at), of: format.number(rank.of), figure: rank.figure })}
        </Text>
      )}
      {values && values.accounts + values.openProspects > 0 && <FigureList values={values} />}
      {values && values.accounts + values.openProspects === 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('cell.noAccounts')}
        </Text>
      )}
      {children}
      <Group gap="xs" mt="sm">
        {values && values.accounts > 0 && (
          <Button
            renderRoot={(props) => <Link to="/accounts" search={listOf(filter, cell)} {...props} />}
            size="xs"
            leftSection={<IconList size={16} aria-hidden />}
          >
            {t('cell.openList', { count: values.accounts })}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={picked ? <IconMinus size={16} aria-hidden /> : <IconPlus size={16} aria-hidden />}
          aria-pressed={picked}
          onClick={onPick}
        >
          {t(picked ? 'cell.unpick' : 'cell.pick')}
        </Button>
        {values && values.openProspects > 0 && (
          <Button
            renderRoot={(props) => <Link to="/" search={around(cell)} {...props} />}
            size="xs"
            variant="default"
          >
            {t('cell.openProspects')}
          </Button>
        )}
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconArrowsMove size={16} aria-hidden />}
          onKeyDown={walk}
          title={t('cell.walkHint')}
          onClick={() => onCell(neighbour(cell, 0))}
        >
          {t('cell.walk')}
        </Button>
      </Group>
    </section>
  )
}

const km2PerSquareMile = 2.589988
const areaText = (km2: number, locale: string, american: boolean) =>
  `${new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 }).format(american ? km2 / km2PerSquareMile : km2)} ${american ? 'sq mi' : 'km²'}`

/** The list behind a hexagon's figures, and the map around it. */
const listOf = (filter: AccountFilter, cell: string) => ({ ...filter, cells: cell, ...around(cell) })

export function around(cell: string): MapPosition {
  const [lat, lon] = cellToLatLng(cell)
  return { lon: Number(lon.toFixed(5)), lat: Number(lat.toFixed(5)), zoom: 13 }
}
