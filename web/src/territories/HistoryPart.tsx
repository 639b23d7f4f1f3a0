/** What was done to an alignment, the latest first. */
import { Badge, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { LoadFailed } from '../app/Problems'
import { useFormat } from '../i18n/format'
import classes from './Parts.module.css'
import { historyQuery } from './queries'
import type { Alignment, HistoryEntry } from './types'

/** What the server names; anything newer is shown by its own text. */
const known = [
  'edited',
  'filled',
  'balanced',
  'imported',
  'territory_added',
  'territory_changed',
  'territory_removed',
  'members',
  'created',
  'copied',
  'undone',
  'redone',
  'exception',
  'submitted',
  'withdrawn',
  'approved',
  'rejected',
  'scheduled',
  'published',
  'unpublished',
  'archived',
  'comment',
  'handover',
] as const
type Known = (typeof known)[number]
const isKnown = (what: string): what is Known => (known as readonly string[]).includes(what)

/** How many cells an entry locked or unlocked. */
function lockedIn({ what, detail }: HistoryEntry): number {
  const { cells } = (detail ?? {}) as { cells?: unknown }
  return what === 'cells_locked' && typeof cells === 'number' ? cells : 0
}

export function HistoryPart({ alignment }: { alignment: Alignment }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const { data, error, refetch } = useQuery(historyQuery(alignment.id, alignment.version))
  if (error && !data) return <LoadFailed title={t('failed')} error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} m="md" />
  const words = (entry: HistoryEntry) => (isKnown(entry.what) ? t(`did.${entry.what}`) : entry.what)
  return (
    <div className={classes.part}>
      <ol className={classes.talk}>
        {data.map((entry) => (
          <li key={`${entry.revision ?? ''} ${entry.at} ${entry.what}`}>
            <header>
              <strong>{words(entry)}</strong>
              {entry.current && (
                <Badge size="xs" variant="light">
                  {t('history.current')}
                </Badge>
              )}
              <time dateTime={entry.at}>{format.dateTime(entry.at)}</time>
            </header>
            <p>
              {entry.userName}
              {entry.cells > 0 && ` · ${t('history.cells', { count: entry.cells })}`}
              {lockedIn(entry) > 0 && ` · ${t('history.cells', { count: lockedIn(entry) })}`}
              {entry.text !== '' && ` · ${entry.text}`}
            </p>
          </li>
        ))}
      </ol>
    </div>
  )
}
