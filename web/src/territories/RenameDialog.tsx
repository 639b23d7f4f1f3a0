/** A name, with a server that may refuse it. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from '../app/Problems'

export function RenameDialog(props: {
  title: string
  name: string
  onSave: (name: string) => Promise<unknown>
  onClose: () => void
}) {
  const { title, onSave, onClose } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const [name, setName] = useState(props.name)
  const save = useMutation({ mutationFn: () => onSave(name.trim()) })
  return (
    <Modal opened onClose={onClose} closeButtonProps={{ 'aria-label': common('action.close') }} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={t('name')}
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <ProblemAlert error={save.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
              {common('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
