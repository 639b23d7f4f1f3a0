/** In the settings: how oneself works, or, for who plans for others, any of the reps. */
import { Alert, Button, Group, Loader, Select, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { meQuery, useMay, useMe, usersQuery } from '../api/queries'
import { ProblemAlert } from '../app/Problems'
import { useProblemText } from '../app/problemText'
import { toast } from '../app/toast'
import classes from '../settings/SettingsPage.module.css'
import { setWorkingTerms, skillsQuery, type WorkingTerms, workingTermsQuery } from './termsQueries'
import { WorkingTermsFields } from './WorkingTermsFields'
import { problemOf } from './workingTerms'

export function WorkingTermsPart() {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const me = useMe()
  const mayOwn = useMay('plans.write')
  const mayTeam = useMay('plans.team')
  const problemText = useProblemText()
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: mayTeam })
  const reps = users.filter((user) => user.active && (user.role === 'rep' || user.id === me.user.id))
  const [chosen, setChosen] = useState<number | null>(null)
  const first = me.user.role === 'rep' || !mayTeam ? me.user.id : reps.find((user) => user.role === 'rep')?.id
  const userId = chosen ?? first ?? me.user.id
  const { data, error, refetch } = useQuery({ ...workingTermsQuery(userId), enabled: mayOwn })
  if (!mayOwn) return null
  return (
    <section className={classes.part} aria-labelledby="working-terms">
      <Title order={2} id="working-terms">
        {t('working.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="md">
        {t('working.lead')}
      </Text>
      {mayTeam && reps.length > 1 && (
        <Select
          label={t('form.rep')}
          mb="sm"
          data={reps.map((user) => ({ value: String(user.id), label: user.name }))}
          value={String(userId)}
          onChange={(value) => value && setChosen(Number(value))}
          allowDeselect={false}
          searchable={reps.length > 8}
        />
      )}
      {error && (
        <Alert color="red" role="alert" title={common('error.title')}>
          <Text size="sm" mb="xs">
            {problemText(error)}
          </Text>
          <Button size="xs" onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </Alert>
      )}
      {!error && !data && <Loader role="status" aria-label={common('loading')} />}
      {data && <Edit key={userId} userId={userId} known={data} />}
    </section>
  )
}

function Edit({ userId, known }: { userId: number; known: WorkingTerms }) {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const queryClient = useQueryClient()
  const [terms, setTerms] = useState(known)
  const save = useMutation({
    mutationFn: () => setWorkingTerms(userId, terms),
    onSuccess: (saved) => {
      queryClient.setQueryData(workingTermsQuery(userId).queryKey, saved)
      setTerms(saved)
      for (const { queryKey } of [usersQuery, skillsQuery, meQuery])
        void queryClient.invalidateQueries({ queryKey })
      toast(t('working.saved'))
    },
  })
  return (
    <form
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (!problemOf(terms)) save.mutate()
      }}
    >
      <WorkingTermsFields terms={terms} onChange={setTerms} />
      <ProblemAlert error={save.error} />
      <Group mt="md">
        <Button type="submit" loading={save.isPending} disabled={problemOf(terms) !== null}>
          {common('action.save')}
        </Button>
      </Group>
    </form>
  )
}
