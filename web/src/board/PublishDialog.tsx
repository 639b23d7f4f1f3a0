/** Who gets what, before a plan becomes the reps' own days. */
import { Button, Group, Modal, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { groupTotals } from './grouping'
import { useNames } from './names'
import type { Board } from './types'

export type Share = { repId: number; name: string; days: number; visits: number; driveSeconds: number }

/** What each rep gets; who gets nothing is left out. */
export const sharesOf = (board: Board): Share[] =>
  board.reps.flatMap((rep) => {
    const lanes = board.lanes.filter((lane) => lane.repId === rep.id && lane.stops.length > 0)
    if (lanes.length === 0) return []
    const { visits, driveSeconds } = groupTotals(lanes)
    return [{ repId: rep.id, name: rep.name, days: lanes.length, visits, driveSeconds }]
  })

export function PublishDialog(props: {
  board: Board
  busy: boolean
  onPublish: () => void
  onClose: () => void
}) {
  const { board, busy, onPublish, onClose } = props
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const format = useFormat()
  const names = useNames()
  const shares = sharesOf(board)
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('publish.title', { range: names.range(board.plan.fromDay, board.plan.toDay) })}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      <Text size="sm" mb="sm">
        {t(board.plan.published ? 'publish.again' : 'publish.lead')}
      </Text>
      <Table verticalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('publish.rep')}</Table.Th>
            <Table.Th ta="right">{t('publish.days')}</Table.Th>
            <Table.Th ta="right">{t('total.visits')}</Table.Th>
            <Table.Th ta="right">{t('total.driveSeconds')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shares.map((share) => (
            <Table.Tr key={share.repId} data-share={share.repId}>
              <Table.Td>{share.name}</Table.Td>
              <Table.Td ta="right">{format.number(share.days)}</Table.Td>
              <Table.Td ta="right">{format.number(share.visits)}</Table.Td>
              <Table.Td ta="right">{format.duration(share.driveSeconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {(board.unplanned.length > 0 || board.totals.violations > 0) && (
        <Text size="sm" mt="sm" c="var(--mantine-color-error)">
          {[
            ...(board.unplanned.length > 0
              ? [t('publish.unplanned', { count: board.unplanned.length })]
              : []),
            ...(board.totals.violations > 0
              ? [t('publish.violations', { count: board.totals.violations })]
              : []),
          ].join(' ')}
        </Text>
      )}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          {common('action.cancel')}
        </Button>
        <Button loading={busy} disabled={shares.length === 0} onClick={onPublish} data-autofocus>
          {t('publish.publish')}
        </Button>
      </Group>
    </Modal>
  )
}
