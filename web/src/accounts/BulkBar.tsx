/** What can be done with the accounts that are checked. */
import { Button, CloseButton, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FilterNode } from '../filters/tree'
import { useFormat } from '../i18n/format'
import { BulkActions } from './BulkActions'
import classes from './BulkBar.module.css'
import { type Checked, nothingChecked } from './checked'
import { siteIdsOf } from './queries'

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
  const format = useFormat()
  const all = checked.kind === 'all'
  const count = all ? (total ?? 0) : checked.rows.size
  const formatted = format.number(count)

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
        <BulkActions
          which={all ? { filter: filter ?? { all: [] } } : { ids: [...checked.rows.keys()] }}
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
