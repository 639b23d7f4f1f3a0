import { Alert, Button, Group, Skeleton, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useProblemText } from '../app/problemText'
import { toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { type InboxItem, inboxQuery } from '../timeline/queries'
import { RichText } from '../timeline/RichText'
import classes from './TasksPage.module.css'

function useMark() {
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  return useMutation({
    mutationFn: (body: { ids?: number[]; read?: boolean }) => call(api.POST('/api/inbox/read', { body })),
    onError: (error) => toastError(problemText(error)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['inbox'] }),
  })
}

/** Mentions, comments, tasks that were given to one, reminders. */
export function InboxPart() {
  const { t } = useTranslation(['timeline', 'common'])
  const problemText = useProblemText()
  const inbox = useInfiniteQuery(inboxQuery)
  const mark = useMark()
  const items = inbox.data?.pages.flatMap((page) => page.items) ?? []
  const unread = inbox.data?.pages[0]?.unread ?? 0
  return (
    <section className={classes.part} aria-label={t('inbox.tab')}>
      {unread > 0 && (
        <Group justify="end" mb="xs">
          <Button size="compact-sm" variant="subtle" loading={mark.isPending} onClick={() => mark.mutate({})}>
            {t('inbox.readAll')}
          </Button>
        </Group>
      )}
      {inbox.error && (
        <Alert color="red" role="alert" title={t('failed')}>
          <Text size="sm" mb="xs">
            {problemText(inbox.error)}
          </Text>
          <Button size="xs" onClick={() => void inbox.refetch()}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {inbox.isPending && <Skeleton height={80} aria-busy />}
      {inbox.data && items.length === 0 && <Text c="dimmed">{t('inbox.none')}</Text>}
      <ul className={classes.list}>
        {items.map((item) => (
          <Item key={item.id} item={item} onMark={(read) => mark.mutate({ ids: [item.id], read })} />
        ))}
      </ul>
      {inbox.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          loading={inbox.isFetchingNextPage}
          onClick={() => void inbox.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </section>
  )
}

function Item({ item, onMark }: { item: InboxItem; onMark: (read: boolean) => void }) {
  const { t } = useTranslation('timeline')
  const format = useFormat()
  const { activity } = item
  return (
    <li className={classes.mail} data-unread={item.readAt === null || undefined}>
      <div className={classes.grow}>
        <Text size="sm">
          <b>{item.actorName || t('program')}</b>{' '}
          {t(
            `inbox.${item.kind}`,
            item.fromDay && item.toDay ? { from: format.day(item.fromDay), to: format.day(item.toDay) } : {},
          )}
          {item.fromDay && (
            <>
              {' · '}
              <Link to="/plans" className={classes.link} onClick={() => item.readAt === null && onMark(true)}>
                {t('inbox.plans')}
              </Link>
            </>
          )}
          {activity?.accountId && (
            <>
              {' '}
              <Link
                to="/accounts/$id"
                params={{ id: String(activity.accountId) }}
                className={classes.link}
                onClick={() => item.readAt === null && onMark(true)}
              >
                {activity.accountName}
              </Link>
            </>
          )}
        </Text>
        {activity?.subject && (
          <Text size="sm" fw={550} dir="auto">
            {activity.subject}
          </Text>
        )}
        {activity?.body && <RichText text={activity.body} />}
        <Text size="xs" c="dimmed">
          <time dateTime={item.createdAt}>{format.dateTime(item.createdAt)}</time>
        </Text>
      </div>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onMark(item.readAt === null)}>
        {item.readAt === null ? t('inbox.markRead') : t('inbox.markUnread')}
      </Button>
    </li>
  )
}
