/** Which plan to put beside this one. */
import { Button, Group, Modal, Select, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useNames } from './names'
import { periodPlansQuery } from './queries'
import type { PlanHead } from './types'

export function CompareDialog({ head, onClose }: { head: PlanHead; onClose: () => void }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const names = useNames()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const { data, error } = useQuery(periodPlansQuery())
  // Plans of the same days first: they are what one compares with.
  const others = (data ?? [])
    .filter((plan) => plan.id !== head.id && plan.state === 'done')
    .sort((a, b) => overlap(b, head) - overlap(a, head) || b.id - a.id)
  const [chosen, setChosen] = useState<string | null>(null)
  const value = chosen ?? (others[0] ? String(others[0].id) : null)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('compare.with')}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      {error && (
        <Text size="sm" role="alert">
          {problemText(error)}
        </Text>
      )}
      {data && others.length === 0 ? (
        <Text size="sm">{t('compare.none')}</Text>
      ) : (
        <Select
          label={t('compare.plan')}
          data={others.map((plan) => ({
            value: String(plan.id),
            label: `${plan.name} · ${names.range(plan.fromDay, plan.toDay)}`,
          }))}
          value={value}
          onChange={setChosen}
          allowDeselect={false}
          searchable
        />
      )}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          {common('action.cancel')}
        </Button>
        <Button
          disabled={!value}
          onClick={() => void navigate({ to: '/plans/compare', search: { a: head.id, b: Number(value) } })}
        >
          {t('compare.compare')}
        </Button>
      </Group>
    </Modal>
  )
}

/** How many days two plans have in common, up to their order of magnitude. */
function overlap(a: { fromDay: string; toDay: string }, b: { fromDay: string; toDay: string }) {
  const from = Date.parse(a.fromDay > b.fromDay ? a.fromDay : b.fromDay)
  const to = Date.parse(a.toDay < b.toDay ? a.toDay : b.toDay)
  return Math.max(0, (to - from) / 86_400_000 + 1)
}
