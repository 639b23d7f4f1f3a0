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
  'cells_locked',
] as const
type Known = (typeof known)[number]
const isKnown = (what: string): what is Known => (known as readonly string[]).includes(what)

/** What an entry tells beside what it is: of what, and how many cells were locked or unlocked. */
function detailOf({ what, detail }: HistoryEntry): { name: string; locked: number; unlocked: boolean } {
  const known = (detail ?? {}) as { name?: unknown; cells?: unknown; locked?: unknown }
  const isLock = what === 'cells_locked'
  return {
    name: typeof known.name === 'string' ? known.name : '',
    locked: isLock && typeof known.cells === 'number' ? known.cells : 0,
    unlocked: isLock && known.locked === false,
  }
}

export function HistoryPart({ alignment }: { alignment: Alignment }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const { data, error, refetch } = useQuery(historyQuery(alignment.id, alignment.version))
  if (error && !data) return <LoadFailed title={t('failed')} error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} m="md" />
  const words = (entry: HistoryEntry) =>
    detailOf(entry).unlocked
      ? t('did.cells_unlocked')
      : isKnown(entry.what)
        ? t(`did.${entry.what}`)
        : entry.what
  const more = (entry: HistoryEntry) => {
    const { name, locked } = detailOf(entry)
    const cells = entry.cells || locked
    return [
      entry.userName,
      name,
      cells > 0 ? t('history.cells', { count: cells, amount: format.number(cells) }) : '',
      entry.text,
    ].filter((each) => each !== '')
  }
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
            <p>{more(entry).join(' · ')}</p>
          </li>
        ))}
      </ol>
    </div>
  )
}
