/** What one visit asks for: the common things first, the others under "More". */
import { Alert, Button, Checkbox, Group, Modal, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMay } from '../api/queries'
import { ProblemAlert } from '../app/Problems'
import { toast } from '../app/toast'
import { noTerms, setVisitTerms, type VisitAsk } from '../plan/termsQueries'
import { whereabouts } from './moves'
import type { Board } from './types'
import type { BoardEdits } from './useBoardEdits'
import { problemOfAsk, VisitTermsFields } from './VisitTermsFields'
import { useView } from './view'

export function VisitTermsDialog(props: { board: Board; visitId: number; edits: BoardEdits }) {
  const { board, visitId, edits } = props
  const { t } = useTranslation('board')
  const found = whereabouts(board, visitId)
  const close = () => useView.setState({ terms: null })
  if (!found) return null
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('asks.title', { name: found.visit.name })}
      closeButtonProps={{ 'aria-label': t('moveTo.close') }}
    >
      <Edit {...{ board, edits, close }} visit={found.visit} />
    </Modal>
  )
}

function Edit(props: {
  board: Board
  visit: NonNullable<ReturnType<typeof whereabouts>>['visit']
  edits: BoardEdits
  close: () => void
}) {
  const { board, visit, edits, close } = props
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const queryClient = useQueryClient()
  const mayAccounts = useMay('accounts.write')
  const [ask, setAsk] = useState<VisitAsk>({
    minutes: visit.minutes,
    repId: visit.repId ?? 0,
    day: visit.day ?? '',
    terms: { ...(visit.terms ?? noTerms), mandatory: visit.mandatory },
    ties: visit.ties,
  })
  const [lasting, setLasting] = useState(false)
  const [stale, setStale] = useState(false)
  const wrong = problemOfAsk(ask)
  const save = useMutation({
    mutationFn: async () => {
      const version = board.plan.version
      const next = await call(
        api.PUT('/api/plans/{id}/visits/{visitId}', {
          params: { path: { id: board.plan.id, visitId: visit.visitId } },
          body: { version, ...ask },
        }),
      )
      edits.adopt(next)
      if (lasting) await setVisitTerms(queryClient, visit.accountId, ask.terms)
    },
    onSuccess: () => {
      toast(t(lasting ? 'asks.savedLasting' : 'asks.saved', { name: visit.name }))
      close()
    },
    onError: (error) => {
      const current = (error as { current?: Board }).current
      if (current?.plan?.id === board.plan.id) {
        edits.adopt(current)
        setStale(true)
      }
    },
  })
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setStale(false)
        if (!wrong) save.mutate()
      }}
    >
      <VisitTermsFields
        ask={ask}
        onChange={setAsk}
        reps={board.reps}
        days={board.days}
        others={[...board.lanes.flatMap((lane) => lane.stops), ...board.unplanned].filter(
          (other) => other.visitId !== visit.visitId,
        )}
      />
      {mayAccounts && (
        <Checkbox
          mt="md"
          label={t('asks.lasting')}
          description={t('asks.lastingHint')}
          checked={lasting}
          onChange={(event) => setLasting(event.currentTarget.checked)}
        />
      )}
      {stale ? (
        <Alert color="orange" variant="outline" mt="sm" role="alert">
          <Text size="sm">{t('asks.stale')}</Text>
        </Alert>
      ) : (
        <ProblemAlert error={save.error} />
      )}
      <Group justify="end" mt="lg">
        <Button variant="default" onClick={close}>
          {common('action.cancel')}
        </Button>
        <Button type="submit" loading={save.isPending} disabled={wrong !== null}>
          {common('action.save')}
        </Button>
      </Group>
    </form>
  )
}
