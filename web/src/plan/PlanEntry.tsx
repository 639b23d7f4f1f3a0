/** A plan by its number: one rep's day as a list, several days or reps as a board. */
import { Button, Group, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { PageLoading } from '../app/Fallbacks'
import { useProblemText } from '../app/problemText'
import { kindQuery } from './kind'
import { PlanPage } from './PlanPage'
import classes from './PlanPage.module.css'

const BoardPage = lazy(() => import('../board/BoardPage').then((m) => ({ default: m.BoardPage })))

export function PlanEntry() {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const params = useParams({ from: '/signed-in/plans/$id' })
  const id = Number(params.id)
  const problemText = useProblemText()
  const queryClient = useQueryClient()
  const { data: kind, error, refetch } = useQuery(kindQuery(queryClient, id))
  if (!kind && error)
    return (
      <div className={classes.message} role="alert">
        <Title order={1}>{t('plan.notLoaded')}</Title>
        <Text c="dimmed">{problemText(error)}</Text>
        <Group>
          <Button onClick={() => void refetch()}>{common('action.retry')}</Button>
          <Button variant="default" component={Link} to="/plans">
            {t('plan.all')}
          </Button>
        </Group>
      </div>
    )
  if (!kind) return <PageLoading />
  if (kind === 'day') return <PlanPage />
  return (
    <Suspense fallback={<PageLoading />}>
      <BoardPage key={id} id={id} />
    </Suspense>
  )
}
