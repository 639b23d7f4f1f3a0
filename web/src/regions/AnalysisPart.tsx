/** What is worked out on the hexagons: which, with what terms, and what came out. */
import { Button, Group, Loader, NativeSelect, NumberInput, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { CellName } from './CellName'
import { type Figure, figures, figureText } from './figures'
import classes from './RegionsPage.module.css'
import { type Analysis, analyses, type MarketSearch, mostDrive, rivals, servers } from './search'
import { type useAnalysis, usualDrive } from './useAnalysis'

const LorenzChart = lazy(() => import('./LorenzChart').then((m) => ({ default: m.LorenzChart })))

type Props = {
  search: MarketSearch
  figure: Figure
  title: string
  results: ReturnType<typeof useAnalysis>
  cell: string | null
  /** The middle of the map as longitude,latitude. */
  middle: string | null
  onChange: (part: Partial<MarketSearch>) => void
  onCell: (cell: string) => void
  onHover: (cell: string | null) => void
}

const mostShown = 8
const isAnalysis = (text: string): text is Analysis => analyses.some((a) => a === text)

export function AnalysisPart(props: Props) {
  const { search, cell, middle, onChange } = props
  const { t } = useTranslation('regions')
  const { analysis } = search
  return (
    <section aria-label={t('analysis.label')}>
      <NativeSelect
        label={t('analysis.label')}
        value={analysis ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const next = isAnalysis(value) ? value : undefined
          onChange({
            analysis: next,
            only: undefined,
            ...(next ? { with: undefined, as: undefined } : {}),
            ...(next === 'lookalikes' && cell ? { like: cell } : {}),
            ...(next === 'newPlace' && !search.point && middle ? { point: middle } : {}),
          })
        }}
        data={[
          { value: '', label: t('analysis.none') },
          ...analyses.map((value) => ({ value, label: t(`analysis.${value}`) })),
        ]}
      />
      {analysis && (
        <Stack gap="xs" mt="xs" className={classes.cell}>
          <Text size="xs" c="dimmed">
            {t(`analysis.about.${analysis}`)}
          </Text>
          {analysis === 'hotspots' && <HotSpotsPart {...props} />}
          {analysis === 'lookalikes' && <LookAlikesPart {...props} />}
          {analysis === 'unserved' && <UnservedPart {...props} />}
          {analysis === 'newPlace' && <NewPlacePart {...props} />}
          {analysis === 'concentration' && <ConcentrationPart {...props} />}
        </Stack>
      )}
    </section>
  )
}

function Outcome<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  if (of.error)
    return (
      <div role="alert">
        <Text size="sm">{problemText(of.error)}</Text>
        <Button size="xs" variant="default" mt="xs" onClick={() => void of.refetch()}>
          {common('action.retry')}
        </Button>
      </div>
    )
  if (!of.data)
    return of.isFetching ? <Loader size="sm" role="status" aria-label={common('loading')} /> : null
  return <div aria-busy={of.isPlaceholderData}>{children(of.data)}</div>
}

function Cells({
  rows,
  cell,
  onCell,
  onHover,
}: { rows: { cell: string; text: string; more?: string }[] } & Pick<Props, 'cell' | 'onCell' | 'onHover'>) {
  return (
    <ol className={classes.top}>
      {rows.map(({ cell: at, text, more }) => (
        <li key={at}>
          <button
            type="button"
            aria-pressed={at === cell}
            onClick={() => onCell(at)}
            onPointerEnter={() => onHover(at)}
            onPointerLeave={() => onHover(null)}
            onFocus={() => onHover(at)}
            onBlur={() => onHover(null)}
          >
            <span className={classes.row}>
              <CellName cell={at} />
              {more && <span className={classes.more}>{more}</span>}
            </span>
            <strong>{text}</strong>
          </button>
        </li>
      ))}
    </ol>
  )
}

function HotSpotsPart({ results, figure, title, cell, onCell, onHover }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  return (
    <Outcome of={results.hotspots}>
      {(data) => (
        <>
          <Text size="sm">{t('hotspots.found', { hot: data.hot, cold: data.cold, figure: title })}</Text>
          {data.hot + data.cold === 0 && <Text size="sm">{t('hotspots.noneFound')}</Text>}
          <Text size="xs" c="dimmed">
            {t('hotspots.corrected')}
          </Text>
          <Cells
            rows={[...data.cells]
              .filter(({ level }) => level.startsWith('hot'))
              .sort((a, b) => b.z - a.z)
              .slice(0, mostShown)
              .map(({ cell: at, value, z }) => ({
                cell: at,
                text: figureText(figure, value, format),
                more: t('hotspots.z', { z: format.number(z) }),
              }))}
            cell={cell}
            onCell={onCell}
            onHover={onHover}
          />
        </>
      )}
    </Outcome>
  )
}

function LookAlikesPart({ results, search, cell, onChange, onCell, onHover }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const featureText = (key: string, value: number) =>
    key === 'penetration' || key === 'neverVisited'
      ? figureText(figures.penetration, value, format)
      : key.startsWith('revenue') || key.startsWith('potential')
        ? format.money(value)
        : format.number(value)
  return (
    <>
      {cell && cell !== search.like && (
        <Button size="xs" variant="default" onClick={() => onChange({ like: cell })}>
          {t('lookalikes.ofThis')}
        </Button>
      )}
      {!search.like && <Text size="sm">{t('lookalikes.choose')}</Text>}
      {search.like && (
        <Outcome of={results.lookalikes}>
          {(data) => {
            const shown = data.items.find((item) => item.cell === cell)
            return (
              <>
                <Cells
                  rows={data.items
                    .slice(0, mostShown)
                    .map((item) => ({ cell: item.cell, text: format.number(item.distance) }))}
                  cell={cell}
                  onCell={onCell}
                  onHover={onHover}
                />
                <Text size="xs" c="dimmed" mt={4}>
                  {t('lookalikes.distance')}
                </Text>
                {shown && (
                  <table className={classes.why}>
                    <caption>{t('lookalikes.why')}</caption>
                    <thead>
                      <tr>
                        <th scope="col">{t('lookalikes.feature')}</th>
                        <th scope="col">{t('lookalikes.own')}</th>
                        <th scope="col">{t('lookalikes.theirs')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {data.features.map(({ key }) => {
                        const [own, theirs] = shown.why[key] ?? [0, 0]
                        return (
                          <tr key={key}>
                            <th scope="row">{t(`lookalikes.features.${key as 'customers'}`)}</th>
                            <td>{featureText(key, own ?? 0)}</td>
                            <td>{featureText(key, theirs ?? 0)}</td>
                          </tr>
                        )
                      })}
                    </tbody>
                  </table>
                )}
              </>
            )
          }}
        </Outcome>
      )}
    </>
  )
}

function Drive({ search, label, onChange }: Pick<Props, 'search' | 'onChange'> & { label: string }) {
  return (
    <NumberInput
      size="xs"
      label={label}
      min={1}
      max={mostDrive}
      clampBehavior="strict"
      allowDecimal={false}
      value={search.drive ?? usualDrive}
      onChange={(value) => {
        if (typeof value === 'number' && value >= 1) onChange({ drive: value })
      }}
    />
  )
}

function UnservedPart({ results, search, figure, cell, onChange, onCell, onHover }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  return (
    <>
      <Stack gap="xs">
        <NativeSelect
          size="xs"
          label={t('unserved.by')}
          value={search.servedBy ?? 'customers'}
          onChange={({ currentTarget: { value } }) =>
            onChange({ servedBy: servers.find((s) => s === value) })
          }
          data={servers.map((value) => ({ value, label: t(`unserved.${value}`) }))}
        />
        <Drive search={search} label={t('unserved.minutes')} onChange={onChange} />
      </Stack>
      <Outcome of={results.unserved}>
        {(data) => (
          <>
            <Text size="sm">{t('unserved.found', { count: data.items.length })}</Text>
            {data.estimated && (
              <Text size="xs" c="dimmed">
                {t('estimated')}
              </Text>
            )}
            <Cells
              rows={data.items.slice(0, mostShown).map((item) => ({
                cell: item.cell,
                text: figureText(figure, item.demand, format),
                more: item.minutes === null ? t('unserved.nobody') : format.duration(item.minutes * 60),
              }))}
              cell={cell}
              onCell={onCell}
              onHover={onHover}
            />
          </>
        )}
      </Outcome>
    </>
  )
}

function NewPlacePart({ results, search, figure, middle, cell, onChange, onCell, onHover }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const share = (value: number) => figureText(figures.penetration, value, format)
  return (
    <>
      <Group gap="xs" align="end" grow>
        <NumberInput
          size="xs"
          label={t('newPlace.weight')}
          min={0.1}
          max={1000}
          step={0.5}
          clampBehavior="strict"
          value={search.weight ?? 1}
          onChange={(value) => {
            if (typeof value === 'number' && value >= 0.1) onChange({ weight: value })
          }}
        />
        <Drive search={search} label={t('newPlace.minutes')} onChange={onChange} />
      </Group>
      <NativeSelect
        size="xs"
        label={t('newPlace.rivals')}
        value={search.rivals ?? 'own'}
        onChange={({ currentTarget: { value } }) => onChange({ rivals: rivals.find((r) => r === value) })}
        data={rivals.map((value) => ({ value, label: t(`newPlace.${value}`) }))}
      />
      <Button
        size="xs"
        variant="default"
        disabled={!middle || middle === search.point}
        onClick={() => middle && onChange({ point: middle })}
      >
        {t('newPlace.middle')}
      </Button>
      <Text size="xs" c="dimmed">
        {t('newPlace.drag')}
      </Text>
      {search.point && (
        <Outcome of={results.gravity}>
          {(data) => (
            <>
              <Text size="sm">
                {t('newPlace.expected', {
                  expected: figureText(
                    figure.kind === 'share' ? figures.potential : figure,
                    data.expected,
                    format,
                  ),
                  share: share(data.share),
                  rivals: format.number(data.rivals),
                })}
              </Text>
              {(data.estimated || data.rivalsLeft > 0) && (
                <Text size="xs" c="dimmed">
                  {[
                    data.estimated && t('estimated'),
                    data.rivalsLeft > 0 && t('newPlace.left', { left: format.number(data.rivalsLeft) }),
                  ]
                    .filter(Boolean)
                    .join(' ')}
                </Text>
              )}
              <Cells
                rows={data.cells.slice(0, mostShown).map((item) => ({
                  cell: item.cell,
                  text: share(item.share),
                  more: format.duration(item.minutes * 60),
                }))}
                cell={cell}
                onCell={onCell}
                onHover={onHover}
              />
            </>
          )}
        </Outcome>
      )}
    </>
  )
}

function ConcentrationPart({ results, title }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const two = new Intl.NumberFormat(format.locale, { maximumFractionDigits: 2 })
  const share = (value: number) => figureText(figures.penetration, value, format)
  return (
    <Outcome of={results.concentration}>
      {(data) => (
        <>
          <dl className={classes.figures}>
            <div>
              <dt>{t('concentration.gini')}</dt>
              <dd>{two.format(data.gini)}</dd>
            </div>
            <div>
              <dt>{t('concentration.hhi')}</dt>
              <dd>{format.number(Math.round(data.hhi * 10_000))}</dd>
            </div>
            {data.top.map((top) => (
              <div key={top.of}>
                <dt>{t('concentration.top', { of: share(top.of) })}</dt>
                <dd>{share(top.share)}</dd>
              </div>
            ))}
          </dl>
          <Suspense>
            <LorenzChart points={data.lorenz as [number, number][]} title={title} />
          </Suspense>
        </>
      )}
    </Outcome>
  )
}
