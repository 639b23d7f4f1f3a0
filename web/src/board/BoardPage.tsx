/** The board of a plan of several days or reps. */
import { Alert, Button, Group, Skeleton, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { isOpen } from '../plan/queries'
import { BoardBody } from './BoardBody'
import classes from './BoardPage.module.css'
import { boardQuery, headQuery } from './queries'
import { resetView } from './view'

export function BoardPage({ id }: { id: number }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const head = useQuery(headQuery(id))
  const board = useQuery(boardQuery(id))
  // biome-ignore lint/correctness/useExhaustiveDependencies: another plan, another board
  useEffect(resetView, [id])

  // Each better plan that the search finds is fetched, and the last one when it is over.
  const seen = useRef<string | null>(null)
  const { state, best, version } = head.data ?? {}
  const found = state && `${state} ${best?.improved ?? 0}`
  useEffect(() => {
    if (!found) return
    const before = seen.current
    seen.current = found
    if (before !== null && before !== found)
      void queryClient.invalidateQueries({ queryKey: boardQuery(id).queryKey })
  }, [found, id, queryClient])
  // A change made elsewhere comes with the head; one's own board is never older than its head.
  const behind =
    state !== undefined && !isOpen(state) && version !== undefined && board.data
      ? board.data.plan.version < version
      : false
  useEffect(() => {
    if (behind) void queryClient.invalidateQueries({ queryKey: boardQuery(id).queryKey })
  }, [behind, id, queryClient])

  const error = board.error ?? head.error
  if (!board.data && error)
    return (
      <div className={classes.message} role="alert">
        <Title order={1}>{t('notLoaded')}</Title>
        <Text c="dimmed">{problemText(error)}</Text>
        <Group>
          <Button
            onClick={() => {
              void board.refetch()
              void head.refetch()
            }}
          >
            {common('action.retry')}
          </Button>
          <Button renderRoot={(props) => <Link to="/plans" {...props} />} variant="default">
            {t('head.all')}
          </Button>
        </Group>
      </div>
    )
  if (!board.data || !head.data)
    return (
      <div className={classes.page} aria-busy>
        <h1 className={classes.hidden}>{common('loading')}</h1>
        <div className={classes.head}>
          <Skeleton height={24} width="30%" mb="sm" />
          <Skeleton height={34} width="60%" />
        </div>
        <div className={classes.loading}>
          {Array.from({ length: 9 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: grey bars, all alike
            <Skeleton key={i} height={30} mb={12} />
          ))}
        </div>
      </div>
    )
  const plan = isOpen(head.data.state) || isOpen(board.data.plan.state) ? head.data : board.data.plan
  if (plan.state === 'failed' || (plan.state === 'cancelled' && board.data.totals.visits === 0))
    return (
      <div className={classes.message}>
        <Title order={1}>{plan.name}</Title>
        <Alert
          color={plan.state === 'failed' ? 'red' : 'gray'}
          variant="outline"
          icon={<IconAlertTriangle />}
          role="alert"
          title={t(plan.state === 'failed' ? 'failed.title' : 'cancelled.title')}
        >
          <Text size="sm">
            {plan.error || t(plan.state === 'failed' ? 'failed.unknown' : 'cancelled.text')}
          </Text>
        </Alert>
        <Button renderRoot={(props) => <Link to="/plans/new" {...props} />}>{t('head.new')}</Button>
      </div>
    )
  return <BoardBody board={board.data} head={plan} />
}
