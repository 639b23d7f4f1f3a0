/** Accounts of a comparison, page by page: those that change, or those that a figure of it counts. */
import { Button, Skeleton, Text } from '@mantine/core'
import { IconTable } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { useFormat } from '../i18n/format'
import classes from './Parts.module.css'
import { type MovesAsked, movesQuery, type Other } from './queries'
import type { Alignment, Move } from './types'

export function MovesList(props: {
  alignment: Pick<Alignment, 'id' | 'version'>
  other: Other
  asked: MovesAsked
}) {
  const { alignment, other, asked } = props
  const { t } = useTranslation('territories')
  const format = useFormat()
  const list = useInfiniteQuery(movesQuery(alignment.id, alignment.version, other, asked))
  const { data, error, refetch } = list
  if (error && !data) return <LoadFailed title={t('failed')} error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} mt="md" aria-busy />
  const total = data.pages[0]?.total ?? 0
  const items = data.pages.flatMap((page) => page.items ?? [])
  return (
    <>
      <Text size="xs" c="dimmed" role="status">
        <IconTable size={13} aria-hidden />{' '}
        {t('changes.moves', { count: total, amount: format.number(total) })}
      </Text>
      <ul className={classes.moves} data-total={total}>
        {items.map((move) => (
          <MoveRow key={move.accountId} move={move} />
        ))}
      </ul>
      {error && <LoadFailed title={t('failed')} error={error} onRetry={() => void list.fetchNextPage()} />}
      {list.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          fullWidth
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
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
        {move.fromTerritory === move.toTerritory
          ? move.toName || t('nobody')
          : t('changes.fromTo', { from: move.fromName || t('nobody'), to: move.toName || t('nobody') })}
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
