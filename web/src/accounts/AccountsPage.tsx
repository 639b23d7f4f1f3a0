import { ActionIcon, Button, Checkbox, Group, Menu, SegmentedControl, Text, Title } from '@mantine/core'
import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { IconColumns3, IconPlus, IconRoute } from '@tabler/icons-react'
import { lazy, Suspense, useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import type { AccountRow } from '../api/types'
import { LazyAccountsMap } from '../app/LazyMap'
import { useFormat } from '../i18n/format'
import { AccountCard } from './AccountCard'
import classes from './AccountsPage.module.css'
import { AccountsTable, type Checked } from './AccountsTable'
import { type ColumnId, columnIds, columnsFor } from './columns'
import { FilterBar } from './FilterBar'
import { placeToShow } from './placeToShow'
import { siteIdsOf } from './queries'
import { useAccountsSearch } from './useAccountsSearch'

const NewAccountDialog = lazy(() =>
  import('./NewAccountDialog').then((m) => ({ default: m.NewAccountDialog })),
)

const nothing: Checked = new Map()

/** The list, and beside it the map of the same accounts. On a phone one of the two. */
export function AccountsPage() {
  const { t } = useTranslation(['accounts', 'common'])
  const format = useFormat()
  const s = useAccountsSearch('/signed-in/accounts')
  const mayWrite = useMay('accounts.write')
  const mayPlan = useMay('plans.write')
  const phone = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const show = s.search.show ?? 'list'
  const [checked, setChecked] = useState<Checked>(nothing)
  const [total, setTotal] = useState<number>()
  const [creating, setCreating] = useState(false)
  const [columns, setColumns] = useLocalStorage<ColumnId[] | null>({
    key: 'waymark-columns',
    defaultValue: null,
    getInitialValueInEffect: false,
  })
  const inView = Boolean(s.search.inView) && !phone
  const { select, change, bounds } = s
  const { zoom } = s.search
  const selectAccount = useCallback(
    (row: AccountRow) => {
      select({ kind: 'account', id: row.id })
      // The map goes where the account is, unless it is the map that says what is on the list.
      const to = !inView && row.site && placeToShow(row.site.point, bounds, zoom)
      if (to) change(to)
    },
    [select, change, bounds, zoom, inView],
  )

  const list = (
    <section className={classes.list} aria-label={t('title')}>
      <div className={classes.head}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" align="baseline" wrap="nowrap">
            <Title order={1}>{t('title')}</Title>
            <Text c="dimmed" size="sm" role="status">
              {total === undefined ? '' : t('list.total', { count: total, formatted: format.number(total) })}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            {!phone && <ColumnMenu columns={columns} onChange={setColumns} />}
            {mayWrite && (
              <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
                {t('new.open')}
              </Button>
            )}
          </Group>
        </Group>
        <FilterBar
          filter={s.filter}
          onChange={s.changeFilter}
          inView={inView}
          reachName={s.reachName}
          onInView={phone ? undefined : (on) => s.change({ inView: on || undefined }, false)}
        >
          {phone && <ListOrMap show={show} onChange={(to) => s.change({ show: to }, false)} />}
        </FilterBar>
      </div>
      {(!phone || show === 'list') && (
        <AccountsTable
          filter={s.filter}
          sort={s.search.sort}
          onSort={(sort) => s.change({ sort })}
          bounds={inView ? s.bounds : null}
          columns={phone ? null : columns}
          selected={s.selection?.kind === 'account' ? s.selection.id : null}
          onSelect={selectAccount}
          hover={s.hover}
          onHover={s.setHover}
          checked={checked}
          onChecked={setChecked}
          onTotal={setTotal}
          onClearFilter={s.clearFilter}
          emptyAction={mayWrite && <Button onClick={() => setCreating(true)}>{t('new.open')}</Button>}
        />
      )}
      {checked.size > 0 && (
        <Group className={classes.selected} justify="space-between" wrap="nowrap">
          <Text fw={600}>{t('list.checked', { count: checked.size })}</Text>
          <Group gap="xs" wrap="nowrap">
            <Button variant="subtle" onClick={() => setChecked(nothing)}>
              {t('list.uncheck')}
            </Button>
            {mayPlan && (
              <Button
                leftSection={<IconRoute size={18} aria-hidden />}
                disabled={siteIdsOf([...checked.values()]).length === 0}
                onClick={() => s.plan(siteIdsOf([...checked.values()]))}
              >
                {t('plan')}
              </Button>
            )}
          </Group>
        </Group>
      )}
    </section>
  )

  return (
    <div className={classes.page} data-show={phone ? show : 'both'}>
      {list}
      {(!phone || show === 'map') && (
        <div className={classes.map}>
          <LazyAccountsMap
            filter={s.filter}
            position={s.position}
            onMove={s.move}
            selection={s.selection}
            onSelect={s.select}
            hover={s.hover}
            onHover={s.setHover}
            onWithin={s.setWithin}
            reachName={s.reachName}
            onReach={s.setReach}
            onList={phone ? () => s.change({ show: 'list' }, false) : undefined}
            onPlan={mayPlan ? s.plan : undefined}
          />
          <AccountCard
            selection={s.selection}
            onSelect={s.select}
            onPlan={mayPlan ? s.plan : undefined}
            onReach={s.reachFrom}
          />
        </div>
      )}
      {creating && (
        <Suspense>
          <NewAccountDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </div>
  )
}

export function ListOrMap({
  show,
  onChange,
}: {
  show: 'list' | 'map'
  onChange: (show: 'list' | 'map') => void
}) {
  const { t } = useTranslation('accounts')
  return (
    <SegmentedControl
      aria-label={t('listOrMap')}
      value={show}
      onChange={onChange}
      data={[
        { value: 'list', label: t('showList') },
        { value: 'map', label: t('showMap') },
      ]}
    />
  )
}

function ColumnMenu({
  columns,
  onChange,
}: {
  columns: ColumnId[] | null
  onChange: (columns: ColumnId[] | null) => void
}) {
  const { t } = useTranslation('accounts')
  const shown = columns ?? columnsFor(560)
  return (
    <Menu closeOnItemClick={false} position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('columns')}>
          <IconColumns3 size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label c="dimmed">{t('columns')}</Menu.Label>
        {columnIds
          .filter((id) => id !== 'name')
          .map((id) => {
            const on = shown.includes(id)
            return (
              <Menu.Item
                key={id}
                role="menuitemcheckbox"
                aria-checked={on}
                leftSection={<Checkbox.Indicator checked={on} size="xs" />}
                onClick={() =>
                  onChange(
                    on
                      ? shown.filter((c) => c !== id)
                      : columnIds.filter((c) => c === id || shown.includes(c)),
                  )
                }
              >
                {t(`column.${id === 'coverage' ? 'due' : id}`)}
              </Menu.Item>
            )
          })}
        <Menu.Divider />
        <Menu.Item onClick={() => onChange(null)}>{t('columnsThatFit')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
