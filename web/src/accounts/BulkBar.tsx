/** What can be done with the accounts that are checked. */
import { Button, CloseButton, Group, Popover, Text } from '@mantine/core'
import { IconSum } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FilterNode } from '../filters/tree'
import { useFormat } from '../i18n/format'
import { BulkActions } from './BulkActions'
import classes from './BulkBar.module.css'
import { type Checked, nothingChecked } from './checked'
import { siteIdsOf } from './queries'

const Sums = lazy(() => import('../map/SelectionCard').then((m) => ({ default: m.Sums })))

type Props = {
  checked: Checked
  onChecked: (checked: Checked) => void
  /** All that match, and how many they are. */
  filter: FilterNode | null
  total: number | undefined
  onPlan?: ((siteIds: number[]) => void) | undefined
}

export function BulkBar({ checked, onChecked, filter, total, onPlan }: Props) {
  const { t } = useTranslation('lists')
  const { t: map } = useTranslation('map')
  const format = useFormat()
  const [summed, setSummed] = useState(false)
  const all = checked.kind === 'all'
  const count = all ? (total ?? 0) : checked.rows.size
  const formatted = format.number(count)
  const which = all ? { filter: filter ?? { all: [] } } : { ids: [...checked.rows.keys()] }

  return (
    <section className={classes.bar} aria-label={t('bulk.label')}>
      <Group gap="xs" wrap="nowrap" className={classes.count}>
        <CloseButton size="sm" aria-label={t('bulk.uncheck')} onClick={() => onChecked(nothingChecked)} />
        <Text fw={600} size="sm" role="status">
          {all ? t('bulk.all', { count, formatted }) : t('bulk.selected', { count, formatted })}
        </Text>
        {!all && total !== undefined && total > count && (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => onChecked({ kind: 'all', rows: checked.rows })}
          >
            {t('bulk.selectAll', { formatted: format.number(total) })}
          </Button>
        )}
      </Group>
      <Group gap={6} wrap="nowrap" className={classes.actions}>
        <Popover opened={summed} onChange={setSummed} position="top" shadow="md" trapFocus returnFocus>
          <Popover.Target>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconSum size={16} aria-hidden />}
              onClick={() => setSummed(!summed)}
            >
              {map('selection.sums')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown
            w={280}
            mah="60vh"
            style={{ overflowY: 'auto' }}
            aria-label={map('selection.sums')}
          >
            <Suspense>
              <Sums which={which} />
            </Suspense>
          </Popover.Dropdown>
        </Popover>
        <BulkActions
          which={which}
          filter={all ? filter : null}
          count={count}
          sites={all ? undefined : siteIdsOf([...checked.rows.values()])}
          onPlan={onPlan}
          onDone={() => onChecked(nothingChecked)}
        />
      </Group>
    </section>
  )
}
