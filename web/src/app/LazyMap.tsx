import { lazy, Suspense } from 'react'
import type { AccountsMapProps } from './accountsMap'
import { PageLoading } from './Fallbacks'

/** Loads the map's chunk, before it is drawn where a page is sure to need it. */
export const loadMap = () => import('../map')

const AccountsMap = lazy(() => loadMap().then((m) => ({ default: m.AccountsMap })))

/** The map in its own chunk: the page beside it is there first. */
export function LazyAccountsMap(props: AccountsMapProps) {
  return (
    <Suspense fallback={<PageLoading />}>
      <AccountsMap {...props} />
    </Suspense>
  )
}
