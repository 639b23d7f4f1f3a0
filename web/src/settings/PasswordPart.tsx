import { Alert, Button, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMe } from '../api/queries'
import { PasswordField } from '../app/PasswordField'
import { useProblemText } from '../app/problemText'
import { toast } from '../app/toast'
import classes from './SettingsPage.module.css'

const shortest = 10

export function PasswordPart() {
  const { t } = useTranslation(['settings', 'common'])
  const { user } = useMe()
  const problemText = useProblemText()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const short = next.length > 0 && next.length < shortest

  const change = useMutation({
    mutationFn: () => call(api.POST('/api/me/password', { body: { current, new: next } })),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      toast(t('password.changed'))
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }

  return (
    <section className={classes.part} aria-labelledby="password">
      <Title order={2} id="password" mb="sm">
        {t('password.title')}
      </Title>
      <form onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        {change.error && (
          <Alert color="red" role="alert" mb="md" title={t('common:error.title')}>
            {problemText(change.error)}
          </Alert>
        )}
        <div className={classes.grid}>
          <PasswordField
            label={t('password.current')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={current}
            onChange={(e) => setCurrent(e.currentTarget.value)}
          />
          <PasswordField
            label={t('password.new')}
            autoComplete="new-password"
            required
            withAsterisk={false}
            error={short && t('password.short', { count: shortest })}
            value={next}
            onChange={(e) => setNext(e.currentTarget.value)}
          />
        </div>
        <Button
          type="submit"
          mt="md"
          loading={change.isPending}
          disabled={!current || next.length < shortest}
        >
          {t('password.change')}
        </Button>
      </form>
    </section>
  )
}
