import { Alert, Button, Skeleton, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { ChangedFields, ChangeOrigin, useChangeTitle } from './ChangeEntry'
import { historyQuery } from './queries'
import classes from './Timeline.module.css'

/** Every change of the record: who, when, from where, before and after. */
export function HistoryPart({ accountId }: { accountId: number }) {
  const { t } = useTranslation(['timeline', 'common'])
  const problemText = useProblemText()
  const title = useChangeTitle()
  const history = useInfiniteQuery(historyQuery(accountId))
  const lines = history.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className={classes.timeline} aria-labelledby="history">
      <Title order={2} id="history" className={classes.title}>
        {t('history.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('history.lead')}
      </Text>
      {history.error && (
        <Alert color="red" role="alert" title={t('failed')}>
          <Text size="sm" mb="xs">
            {problemText(history.error)}
          </Text>
          <Button size="xs" onClick={() => void history.refetch()}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {history.isPending && <Skeleton height={120} aria-busy />}
      {history.data && lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('history.none')}
        </Text>
      )}
      <ol className={classes.history} aria-label={t('history.title')}>
        {lines.map((change) => (
          <li key={change.id}>
            <Text size="sm">
              <b>{change.userName || t('program')}</b> {title(change)}
            </Text>
            <ChangeOrigin change={change} />
            <ChangedFields change={change} />
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button
          variant="default"
          fullWidth
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </section>
  )
}
