/** What went wrong, as it is shown in a page and in a form. */
import { Alert, Button, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useProblemText } from './problemText'

/** What could not be loaded, why, and a way to try again. */
export function LoadFailed({
  title,
  error,
  onRetry,
}: {
  title: string
  error: unknown
  onRetry: () => unknown
}) {
  const { t } = useTranslation()
  const problemText = useProblemText()
  return (
    <Stack p="xl" align="center" role="alert">
      <Text fw={650}>{title}</Text>
      <Text c="dimmed">{problemText(error)}</Text>
      <Button onClick={() => void onRetry()}>{t('action.retry')}</Button>
    </Stack>
  )
}

/** Why a form was not taken; nothing while there is no error. */
export function ProblemAlert({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const problemText = useProblemText()
  return error ? (
    <Alert color="red" role="alert" title={t('error.title')}>
      {problemText(error)}
    </Alert>
  ) : null
}
