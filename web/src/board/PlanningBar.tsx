/** While the plan is searched for: how far, the best so far, stop with what there is, cancel. */
import { Button, Group, Progress } from '@mantine/core'
import { IconPlayerStop, IconX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import classes from './PlanningBar.module.css'
import { abandonPlanning, headQuery, stopPlanning } from './queries'
import type { PlanHead } from './types'

export function PlanningBar({ head }: { head: PlanHead }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const end = useMutation({
    mutationFn: (keep: boolean) => (keep ? stopPlanning(head.id) : abandonPlanning(head.id)),
    onSuccess: (current) => {
      queryClient.setQueryData(headQuery(head.id).queryKey, current)
      void queryClient.invalidateQueries({ queryKey: ['plan', head.id] })
      void queryClient.invalidateQueries({ queryKey: ['plans'] })
    },
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey: ['plan', head.id] })
      toastError(problemText(error))
    },
  })
  const { best } = head
  return (
    <section className={classes.bar} aria-label={t('planning.label')} data-planning={head.state}>
      <div className={classes.text}>
        <strong role="status">{t(head.state === 'queued' ? 'planning.queued' : 'planning.running')}</strong>
        {best && (
          <span className={classes.best} data-best>
            {t('planning.best')} <b>{t('lane.visits', { count: best.visits })}</b>
            <b>{t('planning.unplanned', { count: best.unplanned })}</b>
            <b>{t('lane.driving', { duration: format.duration(best.driveSeconds) })}</b>
            <span>{t('planning.after', { duration: seconds(best.elapsedSeconds, format.number) })}</span>
          </span>
        )}
      </div>
      <Progress.Root size="sm" className={classes.progress}>
        <Progress.Section
          value={Math.max(3, Math.round(head.progress * 100))}
          aria-label={t('planning.progress')}
        />
      </Progress.Root>
      {head.mayWrite && (
        <Group gap="xs" wrap="nowrap">
          <Button
            size="xs"
            leftSection={<IconPlayerStop size={16} aria-hidden />}
            disabled={!best || end.isPending}
            onClick={() => end.mutate(true)}
          >
            {t('planning.stop')}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconX size={16} aria-hidden />}
            disabled={end.isPending}
            onClick={() => end.mutate(false)}
          >
            {common('action.cancel')}
          </Button>
        </Group>
      )}
    </section>
  )
}

const seconds = (value: number, number: (value: number) => string) =>
  `${number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))} s`
