/** What was done to the plan, the latest first, with the figures after each step. */
import { Button, Group, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import classes from './HistoryList.module.css'
import { type Names, useNames } from './names'
import { historyQuery } from './queries'
import type { Board, HistoryItem } from './types'

/** One step in words. */
export function stepWords(
  item: HistoryItem,
  repName: (id: number) => string,
  names: Names,
  t: TFunction<'board'>,
): string {
  const { what, detail } = item
  const count = detail.visits ?? 1
  const name = detail.name ?? ''
  switch (what) {
    case 'moved':
      if (!name) return t('step.movedMany', { count })
      return detail.repId && detail.day
        ? t('step.moved', { name, rep: repName(detail.repId), day: names.day(detail.day) })
        : t('step.unplanned', { name })
    case 'locked': {
      const kind = detail.pinned ? 'pinned' : 'locked'
      if (!name) return t(`step.${kind}Many`, { count })
      return detail.on === false ? t(`step.${kind}Off`, { name }) : t(`step.${kind}`, { name })
    }
    case 'excluded':
      if (!name) return t('step.excludedMany', { count })
      return detail.on === false ? t('step.included', { name }) : t('step.excluded', { name })
    case 'added':
      return t('step.added', { count })
    case 'improved':
      return detail.stopped ? t('step.improvedStopped') : t('step.improved')
    case 'planned':
      return detail.stopped ? t('step.plannedStopped') : t('step.planned')
    case 'created':
      return detail.from ? t('step.copied') : t('step.created')
    case 'terms':
      return t('step.terms', { name: detail.name })
    case 'published':
      return t('step.published', { count: detail.lanes ?? 0 })
    case 'withdrawn':
      return t('step.withdrawn')
    default:
      return what
  }
}

export function HistoryList({ board }: { board: Board }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const format = useFormat()
  const names = useNames()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(historyQuery(board.plan.id, board.plan.version))
  const repName = (id: number) => board.reps.find((rep) => rep.id === id)?.name ?? ''
  if (error && !data)
    return (
      <Group p="md" role="alert">
        <Text size="sm">{problemText(error)}</Text>
        <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
          {common('action.retry')}
        </Button>
      </Group>
    )
  if (!data) return <Skeleton height={90} m="md" aria-busy />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <ol className={classes.list} tabIndex={0} aria-label={t('tray.history')}>
      {data.map((item) => (
        <li
          key={item.number}
          data-current={item.current}
          data-undone={item.undone}
          aria-current={item.current ? 'step' : undefined}
        >
          <span className={classes.dot} aria-hidden />
          <span className={classes.text}>
            <span className={classes.what}>
              {stepWords(item, repName, names, t)}
              {item.undone && <em>{t('step.undone')}</em>}
            </span>
            <span className={classes.detail}>
              {[item.byName, format.dateTime(item.at)].filter(Boolean).join(' · ')}
            </span>
            <span className={classes.detail}>
              {t('lane.visits', { count: item.totals.visits })}
              {' · '}
              {t('lane.driving', { duration: format.duration(item.totals.driveSeconds) })}
            </span>
          </span>
        </li>
      ))}
    </ol>
  )
}
