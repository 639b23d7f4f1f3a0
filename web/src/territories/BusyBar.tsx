/** While the server works on the alignment: how far, and a way to stop it. */
import { Alert, Button, Group, Progress } from '@mantine/core'
import { IconAlertTriangle, IconArrowBackUp, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { create } from 'zustand'
import { useProblemText } from '../app/problemText'
import { toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { cancelBalance } from './flow'
import { isSearching } from './queries'
import classes from './Territories.module.css'
import type { Alignment } from './types'
import type { Edits } from './useEdits'

export function BusyBar({ alignment, edits }: { alignment: Alignment; edits: Edits }) {
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const format = useFormat()
  const problemText = useProblemText()
  const cancel = useMutation({
    mutationFn: () => cancelBalance(alignment.id),
    onSettled: () => void edits.reload(),
    onError: (error) => toastError(problemText(error)),
  })
  const { balance, progress } = alignment
  const running = isSearching(balance?.state) ? (balance?.number ?? null) : null
  const { worst } = alignment
  useEffect(() => {
    if (running !== null && useSearches.getState().running !== running)
      useSearches.setState({ running, before: worst })
  }, [running, worst])
  if (isSearching(balance?.state) && balance)
    return (
      <section className={classes.busy} aria-label={t('balance.label')} data-balancing>
        <strong role="status">{t('balance.running')}</strong>
        <Progress.Root size="sm">
          <Progress.Section
            value={Math.max(3, Math.round(balance.progress * 100))}
            aria-label={t('balance.progress')}
          />
        </Progress.Root>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconX size={14} aria-hidden />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          {common('action.cancel')}
        </Button>
      </section>
    )
  if (progress?.error)
    return (
      <Alert color="red" variant="outline" icon={<IconAlertTriangle />} role="alert" m="sm">
        {progress.error}
      </Alert>
    )
  if (progress && (alignment.state === 'publishing' || alignment.state === 'withdrawing'))
    return (
      <section className={classes.busy} aria-label={t('publish.progress')} data-publishing>
        <strong role="status">
          {t(alignment.state === 'publishing' ? 'publish.running' : 'withdraw.running', {
            done: format.number(progress.done),
            total: format.number(progress.total),
          })}
        </strong>
        <Progress.Root size="sm">
          <Progress.Section
            value={progress.total > 0 ? Math.max(3, (100 * progress.done) / progress.total) : 3}
            aria-label={t('publish.progress')}
          />
        </Progress.Root>
      </section>
    )
  return <Balanced alignment={alignment} edits={edits} />
}

/** What a search that was seen to run has come to. */
function Balanced({ alignment, edits }: { alignment: Alignment; edits: Edits }) {
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const format = useFormat()
  const seen = useSearches((known) => known.running)
  const result = useSearches((known) => known.before)
  const { balance } = alignment
  if (!balance || seen !== balance.number || isSearching(balance.state)) return null
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 })
  const heaviest = [...balance.request.figures].sort((a, b) => (b.weight ?? 1) - (a.weight ?? 1))[0]
  const figure = isShared(heaviest?.figure) ? heaviest.figure : 'workload'
  const spread = alignment.worst[figure]
  const before = result?.[figure] ?? null
  const dismiss = () => useSearches.setState({ running: null })
  return (
    <section className={classes.result} data-balanced={balance.state}>
      <p role="status">
        {balance.state === 'failed'
          ? t('balance.failed', { error: balance.error })
          : balance.state === 'cancelled'
            ? t('balance.cancelled')
            : t(before === null ? 'balance.doneFirst' : 'balance.done', {
                count: balance.changed,
                amount: format.number(balance.changed),
                figure: t(`colour.${figure}`),
                spread: spread === null ? '–' : percent.format(spread),
                before: before === null ? '–' : percent.format(before),
              })}
      </p>
      {balance.reasons.length > 0 && (
        <>
          {t('balance.reasons')}
          <ul>
            {balance.reasons.slice(0, 8).map((reason) => (
              <li key={`${reason.why} ${reason.territory} ${reason.cell} ${reason.figure}`}>
                {t(`balance.why.${reason.why}`, {
                  name: reason.name,
                  share: percent.format(reason.share),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      <Group gap="xs">
        {balance.state === 'done' && balance.changed > 0 && alignment.canUndo && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconArrowBackUp size={14} aria-hidden />}
            onClick={() => {
              dismiss()
              edits.undo()
            }}
          >
            {t('balance.undo')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={dismiss}>
          {balance.state === 'done' ? t('balance.keep') : common('action.dismiss')}
        </Button>
      </Group>
    </section>
  )
}

const shared = [
  'accounts',
  'customers',
  'prospects',
  'revenue',
  'potential',
  'visitHours',
  'workload',
] as const
const isShared = (figure: string | undefined): figure is (typeof shared)[number] =>
  shared.some((each) => each === figure)

/** The search that was seen to run, and how far off the figures were before it. */
const useSearches = create<{ running: number | null; before: Alignment['worst'] | null }>(() => ({
  running: null,
  before: null,
}))
