import { Button, Center, Code, Loader, Stack, Text, Title } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import { LinkButton } from './links'
import { useProblemText } from './problemText'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Center mih="60dvh" p="lg">
      <Stack align="center" gap="xs" maw="26rem" ta="center">
        <Title order={1}>{t('notFound.title')}</Title>
        <Text c="dimmed">{t('notFound.lead')}</Text>
        <LinkButton to="/" mt="md">
          {t('notFound.toMap')}
        </LinkButton>
      </Stack>
    </Center>
  )
}

/** A page that threw. Problems of the API show their sentence; anything else shows what was thrown. */
export function Crash({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation()
  const router = useRouter()
  const problemText = useProblemText()
  return (
    <Center mih="60dvh" p="lg">
      <Stack align="center" gap="xs" maw="30rem" ta="center" role="alert">
        <Title order={1}>{t('error.crash')}</Title>
        <Text c="dimmed">{problemText(error)}</Text>
        {!isProblem(error) && error instanceof Error && <Code>{error.message}</Code>}
        <Button
          mt="md"
          onClick={() => {
            reset?.()
            void router.invalidate()
          }}
        >
          {t('action.retry')}
        </Button>
      </Stack>
    </Center>
  )
}

export function PageLoading() {
  const { t } = useTranslation()
  return (
    <Center h="100%" mih="12rem">
      <Loader role="status" aria-label={t('loading')} />
    </Center>
  )
}
