import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { i18next } from '../i18n'

/** A short message at the bottom; with `undo` it stays longer and offers it. */
export function toast(message: string, undo?: () => void) {
  const id = notifications.show({
    message: undo ? (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          flex="none"
          onClick={() => {
            notifications.hide(id)
            undo()
          }}
        >
          {i18next.t('action.undo')}
        </Button>
      </Group>
    ) : (
      message
    ),
    autoClose: undo ? 20_000 : 4_000,
    closeButtonProps: { 'aria-label': i18next.t('action.dismiss') },
    withBorder: true,
  })
}

/** What did not work, with the sentence that says why. */
export function toastError(message: string) {
  notifications.show({
    title: i18next.t('error.title'),
    message,
    color: 'red',
    role: 'alert',
    autoClose: 8_000,
    closeButtonProps: { 'aria-label': i18next.t('action.dismiss') },
    withBorder: true,
  })
}
