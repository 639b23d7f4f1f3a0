import { Paper, SegmentedControl } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { AccountCard } from '../accounts/AccountCard'
import { FilterBar } from '../accounts/FilterBar'
import { useAccountsSearch } from '../accounts/useAccountsSearch'
import { useMay } from '../api/queries'
import { LazyAccountsMap, loadMap } from '../app/LazyMap'
import { useFilterCheck } from '../filters/check'
import { parseFilter } from '../filters/tree'
import classes from './MapPage.module.css'

// Together with the page, not after it is there. A failure is shown by the map, which asks again.
void loadMap().catch(() => undefined)

/** The whole map: search and conditions over it, a card for what is selected. */
export function MapPage() {
  const { t } = useTranslation('accounts')
  const s = useAccountsSearch('/signed-in/')
  const navigate = useNavigate()
  const mayPlan = useMay('plans.write')
  const mayRegions = useMay('regions.read')
  const layer = s.search.layer ?? 'accounts'
  const check = useFilterCheck(useMemo(() => parseFilter(s.filter.filter), [s.filter.filter]))

  return (
    <div className={classes.page}>
      <h1 className={classes.title}>{t('mapOf')}</h1>
      <Paper className={classes.panel} shadow="md" radius="lg" withBorder>
        <FilterBar filter={s.filter} onChange={s.changeFilter} reachName={s.reachName} error={check.error} />
        <div className={classes.under}>
          {mayRegions && (
            <SegmentedControl
              size="xs"
              aria-label={t('layer.label')}
              value={layer}
              onChange={(to) => s.change({ layer: to === 'regions' ? 'regions' : undefined }, false)}
              data={[
                { value: 'accounts', label: t('layer.accounts') },
                { value: 'regions', label: t('layer.regions') },
              ]}
            />
          )}
          <Link to="/accounts" search={s.search} className={classes.asList}>
            {t('asList')}
          </Link>
        </div>
      </Paper>
      <LazyAccountsMap
        filter={s.filter}
        layer={layer}
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
        onCells={s.setCells}
        reachName={s.reachName}
        onReach={s.setReach}
        onList={() => void navigate({ to: '/accounts', search: s.search })}
        onPlan={mayPlan ? s.plan : undefined}
      />
      <AccountCard
        selection={s.selection}
        onSelect={s.select}
        onPlan={mayPlan ? s.plan : undefined}
        onReach={s.reachFrom}
      />
    </div>
  )
}
