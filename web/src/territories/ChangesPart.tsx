/** An alignment beside another: by territory, by rep, and the accounts that change hands. */
import { Button, Checkbox, NativeSelect, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { IconColumns2, IconTable } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkAnchor, LinkButton } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { useFormat } from '../i18n/format'
import classes from './Parts.module.css'
import { compareQuery, movesQuery } from './queries'
import type { Alignment, AlignmentHead, Comparison, Move } from './types'
import type { Contrast } from './useContrast'
import { useView } from './view'

export function ChangesPart(props: {
  alignment: Alignment
  alignments: readonly AlignmentHead[]
  contrast: Contrast
}) {
  const { alignment, contrast } = props
  const { t } = useTranslation('territories')
  const moves = useView((view) => view.moves)
  const [by, setBy] = useState<'territory' | 'rep' | 'account'>('territory')
  const { other, head, others, choose } = contrast
  const compare = useQuery({
    ...compareQuery(alignment.id, alignment.version, other ?? 'live'),
    enabled: other !== null,
  })
  if (other === null || head === null)
    return (
      <Text size="sm" c="dimmed" p="md">
        {t('changes.alone')}
      </Text>
    )
  return (
    <div className={classes.part}>
      <NativeSelect
        label={t('changes.with')}
        value={String(head.id)}
        data={others.map((each) => ({
          value: String(each.id),
          label: `${each.name} (${t(`state.${each.state}`)})`,
        }))}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      />
      {compare.error && !compare.data && (
        <LoadFailed title={t('failed')} error={compare.error} onRetry={() => compare.refetch()} />
      )}
      {!compare.data && !compare.error && <Skeleton height={160} mt="md" />}
      {compare.data && (
        <>
          <Summary comparison={compare.data} />
          <div className={classes.line}>
            {contrast.comparable && (
              <Checkbox
                size="sm"
                label={t('changes.onMap')}
                checked={moves}
                onChange={(event) =>
                  useView.setState({ moves: event.currentTarget.checked, colourBy: 'territory' })
                }
              />
            )}
            <LinkButton
              to="/territories/compare"
              search={{ a: head.id, b: alignment.id }}
              size="xs"
              variant="default"
              leftSection={<IconColumns2 size={16} aria-hidden />}
            >
              {t('changes.sideBySide')}
            </LinkButton>
          </div>
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={t('changes.by')}
            value={by}
            onChange={(value) => setBy(value as typeof by)}
            data={(['territory', 'rep', 'account'] as const).map((value) => ({
              value,
              label: t(`changes.${value}`),
            }))}
          />
          {by === 'account' ? (
            <Moves alignment={alignment} other={other} />
          ) : (
            <Sides comparison={compare.data} by={by} />
          )}
        </>
      )}
    </div>
  )
}

function Summary({ comparison }: { comparison: Comparison }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const percent = usePercent()
  const {
    worstBefore,
    worstAfter,
    compactnessBefore,
    compactnessAfter,
    driveHoursBefore,
    driveHoursAfter,
    changeHands,
    changeTerritory,
  } = comparison
  const pairs: [string, string, string][] = [
    [t('changes.worst'), percent(worstBefore.workload), percent(worstAfter.workload)],
    [t('figure.compactness'), percent(compactnessBefore), percent(compactnessAfter)],
    [
      t('changes.drive'),
      t('unit.hours', { amount: format.number(Math.round(driveHoursBefore)) }),
      t('unit.hours', { amount: format.number(Math.round(driveHoursAfter)) }),
    ],
  ]
  return (
    <>
      <p className={classes.headline} data-change-hands={changeHands.accounts}>
        {t('changes.hands', {
          count: changeHands.accounts,
          amount: format.number(changeHands.accounts),
          revenue: format.money(changeHands.revenue),
        })}
        <small>
          {t('changes.territories', {
            count: changeTerritory.accounts,
            amount: format.number(changeTerritory.accounts),
          })}
        </small>
      </p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th />
            <th scope="col">{t('changes.before')}</th>
            <th scope="col">{t('changes.after')}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(([name, before, after]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{before}</td>
              <td>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function usePercent() {
  const format = useFormat()
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  return (share: number | null) => (share === null ? '–' : percent.format(share))
}

function Sides({ comparison, by }: { comparison: Comparison; by: 'territory' | 'rep' }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const hours = (value: number | undefined) =>
    value === undefined ? '–' : t('unit.hours', { amount: format.number(Math.round(value)) })
  const rows =
    by === 'territory'
      ? comparison.territories.map(({ id, name, before, after, gained, lost }) => ({
          id,
          name,
          before: before?.figures,
          after: after?.figures,
          gained,
          lost,
        }))
      : comparison.reps.map(({ userId, name, before, after, gained, lost }) => ({
          id: userId,
          name,
          before,
          after,
          gained,
          lost,
        }))
  return (
    <div className={classes.wide}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t(`changes.${by}`)}</th>
            <th scope="col">{t('figure.workload')}</th>
            <th scope="col">{t('changes.gained')}</th>
            <th scope="col">{t('changes.lost')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, before, after, gained, lost }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>
                {hours(after?.workload)}
                <small>{t('changes.was', { value: hours(before?.workload) })}</small>
              </td>
              <td>
                {format.number(gained.accounts)}
                <small>{format.money(gained.revenue)}</small>
              </td>
              <td>
                {format.number(lost.accounts)}
                <small>{format.money(lost.revenue)}</small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const pageSize = 50

function Moves({ alignment, other }: { alignment: Alignment; other: number | 'live' }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const [limit, setLimit] = useState(pageSize)
  const { data, error, refetch } = useQuery(movesQuery(alignment.id, alignment.version, other, limit))
  if (error && !data) return <LoadFailed title={t('failed')} error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} mt="md" />
  const items = data.items ?? []
  return (
    <>
      <Text size="xs" c="dimmed" role="status">
        <IconTable size={13} aria-hidden />{' '}
        {t('changes.moves', { count: data.total, amount: format.number(data.total) })}
      </Text>
      <ul className={classes.moves}>
        {items.map((move) => (
          <MoveRow key={move.accountId} move={move} />
        ))}
      </ul>
      {data.total > items.length && limit < 500 && (
        <Button variant="default" size="xs" fullWidth onClick={() => setLimit(limit + pageSize)}>
          {t('changes.more')}
        </Button>
      )}
    </>
  )
}

function MoveRow({ move }: { move: Move }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  return (
    <li data-account={move.accountId}>
      <LinkAnchor size="sm" to="/accounts/$id" params={{ id: String(move.accountId) }}>
        {move.name}
      </LinkAnchor>
      <span>{format.money(move.revenue)}</span>
      <small>
        {t('changes.fromTo', {
          from: move.fromName || t('nobody'),
          to: move.toName || t('nobody'),
        })}
        {move.changesHands &&
          ` · ${t('changes.owner', {
            from: move.ownerName || t('list.nobody'),
            to: move.toOwnerName || t('list.nobody'),
          })}`}
        {move.exception && ` · ${t('exception.one')}`}
      </small>
    </li>
  )
}
