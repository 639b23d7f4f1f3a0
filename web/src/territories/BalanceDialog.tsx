/** What a search for a balance weighs, how even it has to be, and what stays as it is. */
import {
  Button,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Radio,
  Slider,
  Stack,
  Text,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from '../app/Problems'
import { balanceAlignment } from './flow'
import classes from './Territories.module.css'
import type { Alignment, BalanceRequest, Territory } from './types'

const figures = ['workload', 'accounts', 'customers', 'revenue', 'potential', 'visitHours'] as const
type Figure = (typeof figures)[number]

export function BalanceDialog(props: {
  alignment: Alignment
  parts: readonly Territory[]
  version: number
  onStarted: () => unknown
  onClose: () => void
}) {
  const { alignment, parts, version, onStarted, onClose } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const [weights, setWeights] = useState<Partial<Record<Figure, number>>>({ workload: 1 })
  const [from, setFrom] = useState<'changes' | 'new'>(
    parts.some((each) => each.cells > 0) ? 'changes' : 'new',
  )
  const [count, setCount] = useState(Math.max(2, parts.length))
  const [tolerance, setTolerance] = useState(5)
  const [locked, setLocked] = useState(parts.filter((each) => each.locked).map((each) => String(each.id)))
  const start = useMutation({
    mutationFn: () => {
      const body: BalanceRequest = {
        version,
        // A list of one to six, which the form cannot leave empty.
        figures: figures.flatMap((figure) =>
          weights[figure] ? [{ figure, weight: weights[figure] }] : [],
        ) as BalanceRequest['figures'],
        tolerance: tolerance / 100,
        fewestChanges: from === 'changes',
        ...(from === 'new' ? { k: count } : {}),
        lockedTerritories: locked.map(Number),
      }
      return balanceAlignment(alignment.id, body)
    },
    onSuccess: () => {
      onClose()
      void onStarted()
    },
  })
  const chosen = figures.filter((figure) => weights[figure])
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': common('action.close') }}
      size="lg"
      title={t('balance.title')}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <Stack gap="md">
          <fieldset className={classes.fields}>
            <legend>{t('balance.figures')}</legend>
            <Stack gap={6}>
              {figures.map((figure) => (
                <Group key={figure} gap="sm" wrap="nowrap" mih={34}>
                  <Checkbox
                    flex={1}
                    label={t(`figure.${figure}`)}
                    description={figure === 'workload' ? t('balance.workloadLead') : undefined}
                    checked={weights[figure] !== undefined}
                    onChange={(event) =>
                      setWeights((known) => {
                        const { [figure]: _, ...others } = known
                        return event.currentTarget.checked ? { ...known, [figure]: 1 } : others
                      })
                    }
                  />
                  {weights[figure] !== undefined && chosen.length > 1 && (
                    <NumberInput
                      size="xs"
                      w={100}
                      aria-label={t('balance.weight', { figure: t(`figure.${figure}`) })}
                      min={0.1}
                      max={10}
                      step={0.5}
                      value={weights[figure] ?? 1}
                      onChange={(value) =>
                        setWeights((known) => ({ ...known, [figure]: Number(value) || 1 }))
                      }
                    />
                  )}
                </Group>
              ))}
            </Stack>
          </fieldset>
          <Radio.Group
            label={t('balance.from')}
            value={from}
            onChange={(value) => setFrom(value === 'new' ? 'new' : 'changes')}
          >
            <Stack gap={8} mt={6}>
              <Radio
                value="changes"
                label={t('balance.fewest')}
                description={t('balance.fewestLead')}
                disabled={parts.every((each) => each.cells === 0)}
              />
              <Radio value="new" label={t('balance.anew')} description={t('balance.anewLead')} />
            </Stack>
          </Radio.Group>
          {from === 'new' && (
            <NumberInput
              label={t('balance.count')}
              min={2}
              max={200}
              clampBehavior="strict"
              w={180}
              value={count}
              onChange={(value) => setCount(Math.max(2, Number(value) || 2))}
            />
          )}
          <div>
            <Text size="sm" fw={500} id="tolerance-label">
              {t('balance.tolerance', { percent: tolerance })}
            </Text>
            <Slider
              aria-labelledby="tolerance-label"
              thumbLabel={t('balance.toleranceShort')}
              min={1}
              max={25}
              value={tolerance}
              onChange={setTolerance}
              marks={[1, 5, 10, 25].map((value) => ({ value, label: `${value} %` }))}
              mb="lg"
              mt={6}
            />
          </div>
          {parts.length > 0 && (
            <MultiSelect
              label={t('balance.locked')}
              description={t('balance.lockedLead')}
              placeholder={locked.length === 0 ? t('balance.lockedNone') : ''}
              data={parts.map((each) => ({ value: String(each.id), label: each.name }))}
              value={locked}
              onChange={setLocked}
              searchable
            />
          )}
          {alignment.lockedCells.length > 0 && (
            <Text size="sm">{t('balance.lockedCells', { count: alignment.lockedCells.length })}</Text>
          )}
          <Text size="sm" c="dimmed">
            {t('balance.keptLead')}
          </Text>
          <ProblemAlert error={start.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={start.isPending} disabled={chosen.length === 0}>
              {t('balance.start')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
