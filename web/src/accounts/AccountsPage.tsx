import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  SegmentedControl,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import {
  IconDownload,
  IconLayoutColumns,
  IconList,
  IconMap2,
  IconPlus,
  IconStack2,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import type { AccountRow } from '../api/types'
import { LazyAccountsMap } from '../app/LazyMap'
import { wholeTree } from '../filters/address'
import { fieldName, useCatalogue } from '../filters/fields'
import { both } from '../filters/tree'
import { useFormat } from '../i18n/format'
import { useView } from '../views/useView'
import { ViewChanges, ViewMenu } from '../views/ViewMenu'
import { AccountCard } from './AccountCard'
import classes from './AccountsPage.module.css'
import { AccountsTable } from './AccountsTable'
import { ColumnMenu } from './ColumnMenu'
import { anyChecked, type Checked, nothingChecked } from './checked'
import { columnsOf, usualColumns } from './columns'
import { FilterBar } from './FilterBar'
import { placeToShow } from './placeToShow'
import { useAccountsSearch } from './useAccountsSearch'

const NewAccountDialog = lazy(() =>
  import('./NewAccountDialog').then((m) => ({ default: m.NewAccountDialog })),
)
const BulkBar = lazy(() => import('./BulkBar').then((m) => ({ default: m.BulkBar })))
const ExportDialog = lazy(() => import('../export/ExportDialog').then((m) => ({ default: m.ExportDialog })))
const NewSegment = lazy(() => import('../segments/NewSegment').then((m) => ({ default: m.NewSegment })))

type Show = 'list' | 'map' | 'both'

/** The list, the map of the same accounts, or both side by side. On a phone one of the two. */
export function AccountsPage() {
  const { t } = useTranslation(['accounts', 'common', 'segments', 'export'])
  const format = useFormat()
  const s = useAccountsSearch('/signed-in/accounts')
  const mayWrite = useMay('accounts.write')
  const mayPlan = useMay('plans.write')
  const mayExport = useMay('accounts.export')
  const phone = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const show: Show = phone ? (s.search.show === 'map' ? 'map' : 'list') : (s.search.show ?? 'both')
  const [checked, setChecked] = useState<Checked>(nothingChecked)
  const [{ total, uncounted }, setCount] = useState<{ total?: number | undefined; uncounted: boolean }>({
    uncounted: false,
  })
  const onTotal = useCallback(
    (total: number | undefined, uncounted: boolean) => setCount({ total, uncounted }),
    [],
  )
  const queryClient = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const [creating, setCreating] = useState(false)
  const [makingSegment, setMakingSegment] = useState(false)
  const [exporting, setExporting] = useState(false)
  const view = useView(s.search, s.change)
  const { list } = useCatalogue()
  const columns = useMemo(() => columnsOf(list, fieldName), [list])
  const inView = Boolean(s.search.inView) && show === 'both'
  const { select, change, bounds } = s
  const { zoom } = s.search
  const selectAccount = useCallback(
    (row: AccountRow) => {
      if (show === 'list') return
      select({ kind: 'account', id: row.id })
      // The map goes where the account is, unless it is the map that says what is on the list.
      const to = !inView && row.site && placeToShow(row.site.point, bounds, zoom)
      if (to) change(to)
    },
    [select, change, bounds, zoom, inView, show],
  )
  const onShow = (to: Show) => s.change({ show: to === (phone ? 'list' : 'both') ? undefined : to }, false)
  const tree = wholeTree(s.filter)

  const listPart = (
    <section className={classes.list} aria-label={t('title')}>
      <div className={classes.head}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <div className={classes.name}>
            <ViewMenu
              state={view}
              search={s.search}
              onExport={mayExport ? () => setExporting(true) : undefined}
            />
            <Text c="dimmed" size="sm" role="status" className={classes.total}>
              {total !== undefined
                ? t('list.total', { count: total, formatted: format.number(total) })
                : show !== 'map' && !error && !uncounted && t('list.counting')}
              {uncounted && !error && show !== 'map' && (
                <Anchor
                  component="button"
                  size="sm"
                  onClick={() => void queryClient.refetchQueries({ queryKey: ['accounts'], type: 'active' })}
                >
                  {t('list.uncounted')}
                </Anchor>
              )}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            {!phone && <ListOrMap show={show} onChange={onShow} withBoth />}
            {!phone && show !== 'map' && (
              <ColumnMenu all={columns} layout={view.layout} onChange={view.setLayout} />
            )}
            {!phone && tree && total !== undefined && (
              <Tooltip label={t('segments:new.fromFilter')}>
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t('segments:new.fromFilter')}
                  onClick={() => setMakingSegment(true)}
                >
                  <IconStack2 size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            {!phone && mayExport && (
              <Tooltip label={t('export:open')}>
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t('export:open')}
                  disabled={!total}
                  onClick={() => setExporting(true)}
                >
                  <IconDownload size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            {mayWrite && phone && (
              <ActionIcon size={36} aria-label={t('new.open')} onClick={() => setCreating(true)}>
                <IconPlus size={18} aria-hidden />
              </ActionIcon>
            )}
            {mayWrite && !phone && (
              <Button
                className={classes.create}
                leftSection={<IconPlus size={18} aria-hidden />}
                onClick={() => setCreating(true)}
              >
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
          onInView={show === 'both' ? (on) => s.change({ inView: on || undefined }, false) : undefined}
          error={error}
          end={<ViewChanges state={view} search={s.search} />}
        >
          {phone && <ListOrMap show={show} onChange={onShow} />}
        </FilterBar>
      </div>
      {show !== 'map' && (
        <AccountsTable
          filter={s.filter}
          sort={s.search.sort}
          onSort={(sort) => s.change({ sort })}
          bounds={inView ? s.bounds : null}
          layout={view.layout}
          onLayout={view.setLayout}
          tall={phone}
          selected={s.selection?.kind === 'account' ? s.selection.id : null}
          onSelect={selectAccount}
          hover={s.hover}
          onHover={s.setHover}
          checked={checked}
          onChecked={setChecked}
          onTotal={onTotal}
          onError={setError}
          onClearFilter={s.clearFilter}
          emptyAction={mayWrite && <Button onClick={() => setCreating(true)}>{t('new.open')}</Button>}
        />
      )}
      {anyChecked(checked) && show !== 'map' && (
        <Suspense>
          <BulkBar
            checked={checked}
            onChecked={setChecked}
            filter={
              inView && s.bounds ? both(tree, { field: 'place', op: 'box', value: { box: s.bounds } }) : tree
            }
            total={total}
            onPlan={mayPlan ? s.plan : undefined}
          />
        </Suspense>
      )}
    </section>
  )

  return (
    <div className={classes.page} data-show={show} data-phone={phone}>
      {listPart}
      {show !== 'list' && (
        <div className={classes.map}>
          <LazyAccountsMap
            filter={s.filter}
            colour={s.search.colour}
            onColour={(colour) => s.change({ colour }, false)}
            position={s.position}
            onMove={s.move}
            selection={s.selection}
            onSelect={s.select}
            hover={s.hover}
            onHover={s.setHover}
            onWithin={s.setWithin}
            onArea={s.setArea}
            reachName={s.reachName}
            onReach={s.setReach}
            onList={show === 'map' ? () => onShow(phone ? 'list' : 'both') : undefined}
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
      {exporting && (
        <Suspense>
          <ExportDialog
            what={{ filter: s.filter, bounds: inView ? s.bounds : null, sort: s.search.sort }}
            count={total}
            columns={view.layout.columns ?? usualColumns}
            onClose={() => setExporting(false)}
          />
        </Suspense>
      )}
      {makingSegment && tree && (
        <Suspense>
          <NewSegment
            which={{ filter: tree }}
            filter={tree}
            count={total ?? 0}
            onClose={() => setMakingSegment(false)}
          />
        </Suspense>
      )}
    </div>
  )
}

function ListOrMap({
  show,
  onChange,
  withBoth,
}: {
  show: Show
  onChange: (show: Show) => void
  /** There is room for both. */
  withBoth?: boolean
}) {
  const { t } = useTranslation(['accounts', 'lists'])
  const icon = (Icon: typeof IconList, label: string) => (
    <Tooltip label={label}>
      <span className={classes.show}>
        <Icon size={18} aria-hidden />
        <VisuallyHidden>{label}</VisuallyHidden>
      </span>
    </Tooltip>
  )
  return (
    <SegmentedControl
      aria-label={withBoth ? t('lists:show.label') : t('listOrMap')}
      value={show}
      onChange={onChange}
      data={
        withBoth
          ? [
              { value: 'list', label: icon(IconList, t('showList')) },
              { value: 'both', label: icon(IconLayoutColumns, t('lists:show.both')) },
              { value: 'map', label: icon(IconMap2, t('showMap')) },
            ]
          : [
              { value: 'list', label: t('showList') },
              { value: 'map', label: t('showMap') },
            ]
      }
    />
  )
}
