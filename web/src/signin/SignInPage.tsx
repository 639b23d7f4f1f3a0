import { Alert, Button, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { adoptMe, meQuery } from '../api/queries'
import { PasswordField } from '../app/PasswordField'
import { useProblemText } from '../app/problemText'
import classes from './SignInPage.module.css'

export function SignInPage() {
  const { t } = useTranslation()
  const { to } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const router = useRouter()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')

  const signIn = useMutation({
    mutationFn: async () => adoptMe(await call(api.POST('/api/session', { body: { email, password } }))),
    onSuccess: async (me) => {
      queryClient.clear() // nothing of the one who was here before
      queryClient.setQueryData(meQuery.queryKey, me)
      if (to) router.history.push(to)
      else await navigate({ to: '/' })
    },
  })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate()
  }

  return (
    <main className={classes.page}>
      <Paper className={classes.card} p="xl" radius="lg" withBorder>
        <form onSubmit={submit}>
          <Stack gap="md">
            <img src="/waymark.svg" alt="" width={48} height={48} />
            <div>
              <Title order={1}>{t('signIn.title')}</Title>
              <Text c="dimmed">{t('signIn.lead')}</Text>
            </div>
            {to && !signIn.error && <Text size="sm">{t('signedOut')}</Text>}
            {signIn.error && (
              <Alert color="red" title={t('signIn.failed')} role="alert">
                {problemText(signIn.error)}
              </Alert>
            )}
            <TextInput
              label={t('signIn.email')}
              type="email"
              name="email"
              autoComplete="username"
              inputMode="email"
              size="md"
              required
              withAsterisk={false}
              value={email}
              onChange={(e) => setEmail(e.currentTarget.value)}
            />
            <PasswordField
              label={t('signIn.password')}
              name="password"
              autoComplete="current-password"
              size="md"
              required
              withAsterisk={false}
              value={password}
              onChange={(e) => setPassword(e.currentTarget.value)}
            />
            <Button type="submit" size="md" loading={signIn.isPending}>
              {t('signIn.submit')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  )
}
