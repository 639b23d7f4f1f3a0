/** What every visit to an account asks for, from the account's page. */
import { Button, Group, Loader, Modal, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, usersQuery } from '../api/queries'
import { ProblemAlert } from '../app/Problems'
import { useProblemText } from '../app/problemText'
import { toast } from '../app/toast'
import { setVisitTerms, type VisitAsk, type VisitTerms, visitTermsQuery } from '../plan/termsQueries'
import { problemOfAsk, VisitTermsFields } from './VisitTermsFields'

export function AccountVisitTermsDialog({ accountId, onClose }: { accountId: number; onClose: () => void }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const problemText = useProblemText()
  const { data, error } = useQuery(visitTermsQuery(accountId))
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('asks.account')}
      closeButtonProps={{ 'aria-label': t('moveTo.close') }}
    >
      <Text size="sm" c="dimmed" mb="sm">
        {t('asks.accountLead')}
      </Text>
      {error && !data ? (
        <Text size="sm" role="alert">
          {problemText(error)}
        </Text>
      ) : data ? (
        <Edit accountId={accountId} known={data} onClose={onClose} />
      ) : (
        <Loader role="status" aria-label={common('loading')} />
      )}
    </Modal>
  )
}

function Edit(props: { accountId: number; known: VisitTerms; onClose: () => void }) {
  const { accountId, known, onClose } = props
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const queryClient = useQueryClient()
  const mayUsers = useMay('users.read')
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: mayUsers })
  const [ask, setAsk] = useState<VisitAsk>({ minutes: 30, repId: 0, day: '', terms: known, ties: [] })
  const save = useMutation({
    mutationFn: () => setVisitTerms(queryClient, accountId, ask.terms),
    onSuccess: () => {
      toast(t('asks.accountSaved'))
      onClose()
    },
  })
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!problemOfAsk(ask)) save.mutate()
      }}
    >
      <VisitTermsFields
        ask={ask}
        onChange={setAsk}
        account
        reps={users.filter((user) => user.active && user.role === 'rep')}
      />
      <ProblemAlert error={save.error} />
      <Group justify="end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {common('action.cancel')}
        </Button>
        <Button type="submit" loading={save.isPending} disabled={problemOfAsk(ask) !== null}>
          {common('action.save')}
        </Button>
      </Group>
    </form>
  )
}
