/** One territory: its figures, its people, and what can be changed about it. */
import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  Menu,
  Modal,
  NativeSelect,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import {
  IconArrowLeft,
  IconLock,
  IconLockOpen,
  IconMapPinPlus,
  IconTrash,
  IconZoomIn,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '../app/links'
import { useScheme } from '../app/scheme'
import { useFormat } from '../i18n/format'
import { colourCount, colourOf } from './colours'
import type { Division } from './division'
import { ExceptionsPart } from './ExceptionsPart'
import { FillDialog } from './FillDialog'
import { MembersPart } from './MembersPart'
import { MovesList } from './MovesList'
import { evennessOf, figureOf, rowsOf, sumOf } from './rows'
import { changeTerritory, removeTerritory, setLocked, type TerritoryInput } from './structure'
import classes from './Territories.module.css'
import detailClasses from './TerritoryDetail.module.css'
import type { Alignment, Territory } from './types'
import { useRevision } from './useColours'
import type { Edits } from './useEdits'
import { type BarFigure, useView } from './view'
import { useFigureText } from './words'

const shown = [
  'workload',
  'accounts',
  'customers',
  'prospects',
  'openProspects',
  'revenue',
  'potential',
  'visitHours',
  'driveHours',
] as const

export function TerritoryDetail(props: {
  territory: Territory
  alignment: Alignment
  division: Division
  edits: Edits
  colours: ReadonlyMap<number, number>
}) {
  const { territory, alignment, division, edits, colours } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation('common')
  const format = useFormat()
  const scheme = useScheme()
  const figureText = useFigureText()
  const navigate = useNavigate()
  const [filling, setFilling] = useState(false)
  const [listing, setListing] = useState(false)
  useRevision(division)
  const { painting } = division
  const { id, level } = territory
  const leaf = level === 'territory'
  const below = rowsOf(alignment.territories).find((row) => row.territory.id === id)?.leaves ?? []
  const mayEdit = alignment.mayEdit
  const percent = new Intl.NumberFormat(format.locale, {
    style: 'percent',
    maximumFractionDigits: 0,
    signDisplay: 'exceptZero',
  })
  const share = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  const change = (body: TerritoryInput) =>
    edits.act((version) => changeTerritory(alignment.id, id, version, body))
  // Somebody else may rename it while it is looked at: only what was typed here is sent.
  const [typed, setTyped] = useState<string | null>(null)
  const rename = () => {
    const next = typed?.trim() ?? ''
    if (next !== '' && next !== territory.name) change({ name: next })
    setTyped(null)
  }
  const parents = alignment.territories.filter(
    (each) => each.level === 'area' || (each.level === 'region' && leaf),
  )
  const deviation = (figure: (typeof shown)[number]) => {
    if (!leaf || !['workload', 'accounts', 'customers', 'revenue', 'potential'].includes(figure)) return null
    const { mean } = evennessOf(painting, alignment.territories, figure as BarFigure)
    return mean === 0 ? null : figureOf(painting, territory, figure) / mean - 1
  }
  const compactness = leaf ? painting.compactness(id) : null
  const parts = leaf ? painting.parts(id) : 0
  const zoomTo = () => {
    const box = division.box(below.flatMap((each) => painting.cellsOf(each.id)))
    if (!box) return
    const span = Math.max(box[2] - box[0], (box[3] - box[1]) * 1.3, 0.02)
    void navigate({
      to: '/territories',
      search: (known) => ({
        ...known,
        lon: Number(((box[0] + box[2]) / 2).toFixed(5)),
        lat: Number(((box[1] + box[3]) / 2).toFixed(5)),
        zoom: Number((Math.log2(360 / span) - 0.2).toFixed(2)),
      }),
      replace: true,
    })
  }
  return (
    <div className={detailClasses.detail} data-detail={id}>
      <Group gap="xs" wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={t('detail.back')}
          onClick={() => useView.setState({ selected: null })}
        >
          <IconArrowLeft size={20} />
        </ActionIcon>
        {leaf && (
          <span
            className={classes.swatch}
            style={{ background: colourOf(scheme, colours.get(id) ?? 0) }}
            aria-hidden="true"
          />
        )}
        {mayEdit ? (
          <TextInput
            flex={1}
            aria-label={t('name')}
            value={typed ?? territory.name}
            maxLength={120}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={rename}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur()
            }}
          />
        ) : (
          <Title order={2}>{territory.name}</Title>
        )}
        <ActionIcon variant="default" size={36} aria-label={t('detail.zoom')} onClick={zoomTo}>
          <IconZoomIn size={18} />
        </ActionIcon>
        {mayEdit && leaf && (
          <ActionIcon
            variant={territory.locked ? 'filled' : 'default'}
            size={36}
            aria-pressed={territory.locked}
            aria-label={t('list.lockOf', { name: territory.name })}
            onClick={() => edits.act((version) => setLocked(alignment.id, territory, version))}
          >
            {territory.locked ? <IconLock size={18} /> : <IconLockOpen size={18} />}
          </ActionIcon>
        )}
      </Group>
      <dl className={detailClasses.figures}>
        {shown.map((figure) => {
          const off = deviation(figure)
          return (
            <div key={figure}>
              <dt>{t(`colour.${figure}`)}</dt>
              <dd>
                <Opened alignment={alignment} ids={below.map((each) => each.id)} figure={figure}>
                  {figureText(figure, sumOf(painting, below, figure))}
                </Opened>
                {off !== null && <small>{percent.format(off)}</small>}
              </dd>
            </div>
          )
        })}
        {leaf && (
          <>
            <div>
              <dt>{t('figure.compactness')}</dt>
              <dd>{compactness === null ? '–' : share.format(compactness)}</dd>
            </div>
            <div>
              <dt>{t('figure.cells')}</dt>
              <dd>
                {format.number(painting.of(id).cells)}
                {parts > 1 && <small className={classes.warn}>{t('list.parts', { count: parts })}</small>}
              </dd>
            </div>
          </>
        )}
      </dl>
      {leaf &&
        (alignment.state === 'live' ? (
          <LinkAnchor size="sm" to="/accounts" search={listOf([id])}>
            {t('detail.asList')}
          </LinkAnchor>
        ) : (
          <Anchor component="button" type="button" size="sm" ta="start" onClick={() => setListing(true)}>
            {t('detail.asList')}
          </Anchor>
        ))}
      <MembersPart alignment={alignment} territory={territory} edits={edits} />
      {leaf && <ExceptionsPart alignment={alignment} territory={territory} edits={edits} />}
      {mayEdit && (
        <section className={detailClasses.section}>
          <Title order={3}>{t('detail.place')}</Title>
          <NativeSelect
            label={t('detail.parent')}
            value={String(territory.parentId ?? '')}
            data={[
              { value: '', label: t('detail.noParent') },
              ...parents
                .filter((each) => each.id !== id)
                .map((each) => ({
                  value: String(each.id),
                  label: `${each.name} (${t(`level.${each.level}`)})`,
                })),
            ]}
            onChange={(event) =>
              change({ parentId: event.currentTarget.value ? Number(event.currentTarget.value) : null })
            }
          />
          {leaf && (
            <fieldset className={detailClasses.colours} aria-label={t('detail.colour')}>
              {Array.from({ length: colourCount }, (_, i) => (
                <button
                  // biome-ignore lint/suspicious/noArrayIndexKey: colours are their numbers
                  key={i}
                  type="button"
                  aria-pressed={territory.colour % colourCount === i}
                  aria-label={t('detail.colourNumber', { number: i + 1 })}
                  style={{ background: colourOf(scheme, i) }}
                  onClick={() => change({ colour: i })}
                />
              ))}
            </fieldset>
          )}
          <Group gap="xs">
            {leaf && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconMapPinPlus size={16} aria-hidden />}
                onClick={() => setFilling(true)}
              >
                {t('fill.open')}
              </Button>
            )}
            <Menu position="bottom-start">
              <Menu.Target>
                <Button size="xs" variant="default" leftSection={<IconTrash size={16} aria-hidden />}>
                  {t('detail.remove')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>{t('detail.removeLead')}</Menu.Label>
                <Menu.Item
                  color="red"
                  onClick={() => {
                    useView.setState({ selected: null })
                    edits.act((version) => removeTerritory(alignment.id, id, version))
                  }}
                >
                  {t('detail.removeSure', { name: territory.name })}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </section>
      )}
      {!mayEdit && leaf && territory.locked && (
        <Text size="sm" c="dimmed">
          {t('list.locked')}
        </Text>
      )}
      {listing && (
        <Modal
          opened
          onClose={() => setListing(false)}
          title={territory.name}
          closeButtonProps={{ 'aria-label': common('action.close') }}
        >
          <MovesList alignment={alignment} other={alignment.id} asked={{ change: 'all', to: id }} />
        </Modal>
      )}
      {filling && (
        <FillDialog
          alignment={alignment}
          territory={territory}
          edits={edits}
          onClose={() => setFilling(false)}
        />
      )}
    </div>
  )
}

/** The list of accounts of live territories, of one status or all. */
const listOf = (ids: readonly number[], status?: string) => ({
  filter: JSON.stringify({
    all: [
      { field: 'territoryId', op: 'in', value: ids },
      ...(status ? [{ field: 'status', op: 'in', value: [status] }] : []),
    ],
  }),
})

const statusOf: { [figure: string]: string | undefined } = { customers: 'customer', prospects: 'prospect' }
const counted = ['accounts', 'customers', 'prospects', 'revenue', 'potential']

/** A figure of what is live, which opens the list behind it. */
function Opened(props: {
  alignment: Alignment
  ids: number[]
  figure: (typeof shown)[number]
  children: ReactNode
}) {
  const { alignment, ids, figure, children } = props
  if (alignment.state !== 'live' || ids.length === 0 || !counted.includes(figure)) return children
  return (
    <LinkAnchor inherit to="/accounts" search={listOf(ids, statusOf[figure])}>
      {children}
    </LinkAnchor>
  )
}
