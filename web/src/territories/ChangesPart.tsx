/** An alignment beside another: by territory, by rep, and the accounts that change hands. */
import { Anchor, Button, Checkbox, NativeSelect, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { IconColumns2, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { useFormat } from '../i18n/format'
import { MovesList } from './MovesList'
import classes from './Parts.module.css'
import { compareQuery, type MovesAsked } from './queries'
import type { Alignment, AlignmentHead, Comparison } from './types'
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
  const [asked, setAsked] = useState<Asked | null>(null)
  const { other, head, others, choose } = contrast
  const open: Open = (words, query) => {
    setAsked({ words, query })
    setBy('account')
  }
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
          <Summary comparison={compare.data} open={open} />
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
            onChange={(value) => {
              setBy(value as typeof by)
              setAsked(null)
            }}
            data={(['territory', 'rep', 'account'] as const).map((value) => ({
              value,
              label: t(`changes.${value}`),
            }))}
          />
          {by === 'account' ? (
            <>
              {asked && (
                <div className={classes.line}>
                  <Text size="sm" fw={600}>
                    {asked.words}
                  </Text>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    leftSection={<IconX size={14} aria-hidden />}
                    onClick={() => setAsked(null)}
                  >
                    {t('changes.all')}
                  </Button>
                </div>
              )}
              <MovesList alignment={alignment} other={other} asked={asked?.query ?? everything} />
            </>
          ) : (
            <Sides comparison={compare.data} by={by} open={open} />
          )}
        </>
      )}
    </div>
  )
}

/** The list that is open: in words, and as the server is asked for it. */
type Asked = { words: string; query: MovesAsked }
type Open = (words: string, query: MovesAsked) => void
const everything: MovesAsked = {}

/** A figure that opens the list of the accounts it counts. */
function Figure(props: { words: string; text: string; count: number; query: MovesAsked; open: Open }) {
  const { words, text, count, query, open } = props
  if (count === 0) return text
  return (
    <Anchor
      component="button"
      type="button"
      inherit
      className={classes.opens}
      aria-label={text === words ? undefined : `${words}: ${text}`}
      onClick={() => open(words, query)}
    >
      {text}
    </Anchor>
  )
}

function Summary({ comparison, open }: { comparison: Comparison; open: Open }) {
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
  const hands = t('changes.hands', {
    count: changeHands.accounts,
    amount: format.number(changeHands.accounts),
    revenue: format.money(changeHands.revenue),
  })
  const elsewhere = t('changes.territories', {
    count: changeTerritory.accounts,
    amount: format.number(changeTerritory.accounts),
  })
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
        <Figure
          words={hands}
          text={hands}
          count={changeHands.accounts}
          query={{ change: 'owner' }}
          open={open}
        />
        <small>
          <Figure
            words={elsewhere}
            text={elsewhere}
            count={changeTerritory.accounts}
            query={{ change: 'territory' }}
            open={open}
          />
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

function Sides({ comparison, by, open }: { comparison: Comparison; by: 'territory' | 'rep'; open: Open }) {
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
                <small>
                  {before === undefined
                    ? t('changes.new')
                    : after === undefined
                      ? t('changes.gone', { value: hours(before.workload) })
                      : t('changes.was', { value: hours(before.workload) })}
                </small>
              </td>
              <td>
                <Figure
                  words={`${name}: ${t('changes.gained')}`}
                  text={format.number(gained.accounts)}
                  count={gained.accounts}
                  query={
                    by === 'territory' ? { change: 'territory', to: id } : { change: 'owner', toOwner: id }
                  }
                  open={open}
                />
                <small>{format.money(gained.revenue)}</small>
              </td>
              <td>
                <Figure
                  words={`${name}: ${t('changes.lost')}`}
                  text={format.number(lost.accounts)}
                  count={lost.accounts}
                  query={
                    by === 'territory'
                      ? { change: 'territory', from: id }
                      : { change: 'owner', fromOwner: id }
                  }
                  open={open}
                />
                <small>{format.money(lost.revenue)}</small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
