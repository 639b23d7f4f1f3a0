/** How the figure that is shown went in a hexagon, from the snapshots of each day. */
import { Skeleton, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import { useProblemText } from '../app/problemText'
import type { AccountFilter } from '../app/search'
import { type FigureKey, figures } from './figures'
import { useTrend } from './useMarket'

const TrendChart = lazy(() => import('./TrendChart').then((m) => ({ default: m.TrendChart })))

export function Trend({ filter, cell, figure }: { filter: AccountFilter; cell: string; figure: FigureKey }) {
  const { t } = useTranslation('regions')
  const problemText = useProblemText()
  const { server } = figures[figure]
  const shown = figures[server]
  const { data, error, isPending } = useTrend(filter, cell, server)
  if (server === 'openProspects') return null
  const title = t(`figure.${server}`)
  return (
    <section aria-label={t('trend.title')}>
      <Text size="xs" c="dimmed" mt="sm">
        {t('trend.of', { figure: title })}
      </Text>
      {error ? (
        <Text size="xs" c="dimmed" role={isProblem(error, 'invalid') ? undefined : 'alert'}>
          {isProblem(error, 'invalid') ? t('trend.otherFilter') : problemText(error)}
        </Text>
      ) : isPending ? (
        <Skeleton h={96} />
      ) : data.points.length < 2 ? (
        <Text size="xs" c="dimmed">
          {t(data.byTerritory ? 'trend.noneByTerritory' : 'trend.none')}
        </Text>
      ) : (
        <Suspense fallback={<Skeleton h={96} />}>
          <TrendChart title={title} figure={shown} days={data.points} />
        </Suspense>
      )}
      {data?.byTerritory && data.points.length >= 2 && (
        <Text size="xs" c="dimmed">
          {t('trend.byTerritory')}
        </Text>
      )}
      {data?.madeUp && (
        <Text size="xs" c="dimmed">
          {t('trend.madeUp')}
        </Text>
      )}
    </section>
  )
}
