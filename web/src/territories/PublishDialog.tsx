/** What a publication does, and when. */
import { Alert, Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from '../app/Problems'
import { useFormat } from '../i18n/format'
import { publishAlignment } from './flow'
import { compareQuery } from './queries'
import type { Alignment } from './types'
import type { Contrast } from './useContrast'

export function PublishDialog(props: {
  alignment: Alignment
  contrast: Contrast
  onDone: (current: Alignment) => void
  onClose: () => void
}) {
  const { alignment, onDone, onClose } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const format = useFormat()
  const [when, setWhen] = useState<'now' | 'date'>('now')
  const [date, setDate] = useState('')
  const at = when === 'date' && date ? new Date(date) : null
  const past = at !== null && at.getTime() <= Date.now()
  const compare = useQuery(compareQuery(alignment.id, alignment.version, 'live')).data
  const publish = useMutation({
    mutationFn: () => publishAlignment(alignment.id, alignment.version, at?.toISOString()),
    onSuccess: onDone,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': common('action.close') }}
      title={t('publish.title', { name: alignment.name })}
    >
      <Stack gap="sm">
        <Text size="sm">{t('publish.lead')}</Text>
        {compare && (
          <Alert variant="light" color="gray" icon={<IconInfoCircle />}>
            {t('publish.moves', {
              count: compare.changeHands.accounts,
              amount: format.number(compare.changeHands.accounts),
              revenue: format.money(compare.changeHands.revenue),
            })}
          </Alert>
        )}
        <SegmentedControl
          aria-label={t('publish.when')}
          value={when}
          onChange={(value) => setWhen(value === 'date' ? 'date' : 'now')}
          data={[
            { value: 'now', label: t('publish.now') },
            { value: 'date', label: t('publish.date') },
          ]}
        />
        {when === 'date' && (
          <TextInput
            type="datetime-local"
            label={t('publish.dateLabel')}
            value={date}
            onChange={(event) => setDate(event.currentTarget.value)}
            error={past ? t('publish.past') : null}
          />
        )}
        <ProblemAlert error={publish.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common('action.cancel')}
          </Button>
          <Button
            loading={publish.isPending}
            disabled={when === 'date' && (!at || past)}
            onClick={() => publish.mutate()}
          >
            {t(when === 'date' ? 'publish.schedule' : 'publish.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
