/** A note that goes with a submission, an approval or a rejection. */
import { Button, Group, Modal, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export function NoteDialog(props: {
  kind: 'submit' | 'approve' | 'reject'
  busy: boolean
  onDone: (note: string) => void
  onClose: () => void
}) {
  const { kind, busy, onDone, onClose } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const [note, setNote] = useState('')
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': common('action.close') }}
      title={t(`note.${kind}.title`)}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onDone(note.trim())
        }}
      >
        <Textarea
          data-autofocus
          label={t(`note.${kind}.text`)}
          autosize
          minRows={3}
          maxLength={2000}
          required={kind === 'reject'}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common('action.cancel')}
          </Button>
          <Button type="submit" loading={busy} color={kind === 'reject' ? 'red' : 'trail'}>
            {t(`${kind}.open`)}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
