import { Button, Group, Modal, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay, usersQuery } from '../api/queries'
import type { ChangeableField } from './conflict'
import type { Conflict } from './useSaveAccount'

type Props = { conflict: Conflict; onKeepMine: () => void; onTakeTheirs: () => void }

/** Someone else changed the same fields: both values side by side, and one decision. */
export function ConflictDialog({ conflict, onKeepMine, onTakeTheirs }: Props) {
  const { t } = useTranslation(['accounts', 'common'])
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })

  const show = (field: ChangeableField, value: unknown): string => {
    if (field === 'ownerId')
      return value ? (users.data?.find((u) => u.id === value)?.name ?? `#${String(value)}`) : t('nobody')
    if (field === 'status') return t(`status.${value as 'customer'}`)
    if (field === 'custom')
      // Only what is being changed, not all that the account has.
      return Object.keys(conflict.change.custom ?? {})
        .map((key) => String((value as Record<string, unknown>)[key] ?? '–'))
        .join(', ')
    if (Array.isArray(value)) return value.join(', ') || '–'
    return value === null || value === undefined || value === '' ? '–' : String(value)
  }

  return (
    <Modal
      opened
      onClose={onTakeTheirs}
      title={t('conflict.title')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
      size="lg"
    >
      <Text mb="md">{t('conflict.text')}</Text>
      <Table mb="lg">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('conflict.field')}</Table.Th>
            <Table.Th scope="col">{t('conflict.theirs')}</Table.Th>
            <Table.Th scope="col">{t('conflict.mine')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {conflict.fields.map((field) => (
            <Table.Tr key={field}>
              <Table.Th scope="row">{t(`field.${fieldName(field)}`)}</Table.Th>
              <Table.Td>{show(field, conflict.current[field])}</Table.Td>
              <Table.Td>{show(field, conflict.change[field])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group justify="end">
        <Button variant="default" onClick={onTakeTheirs}>
          {t('conflict.takeTheirs')}
        </Button>
        <Button onClick={onKeepMine}>{t('conflict.keepMine')}</Button>
      </Group>
    </Modal>
  )
}

const fieldName = (field: ChangeableField) =>
  field === 'ownerId' ? 'owner' : field === 'teamId' ? 'team' : field
