/** Asks once more before something that cannot be put back with undo. */
import { Button, Group, Modal, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

export function SureDialog(props: {
  title: string
  text: string
  /** What the button says. */
  act: string
  busy: boolean
  onDone: () => void
  onClose: () => void
}) {
  const { title, text, act, busy, onDone, onClose } = props
  const { t: common } = useTranslation()
  return (
    <Modal opened onClose={onClose} closeButtonProps={{ 'aria-label': common('action.close') }} title={title}>
      <Text size="sm">{text}</Text>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button data-autofocus variant="default" onClick={onClose}>
          {common('action.cancel')}
        </Button>
        <Button color="red" loading={busy} onClick={onDone}>
          {act}
        </Button>
      </Group>
    </Modal>
  )
}
