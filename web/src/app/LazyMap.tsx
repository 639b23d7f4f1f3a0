import { lazy, Suspense } from 'react'
import type { AccountsMapProps } from './accountsMap'
import { PageLoading } from './Fallbacks'

const AccountsMap = lazy(() => import('../map').then((m) => ({ default: m.AccountsMap })))

/** The map in its own chunk: the page beside it is there first. */
export function LazyAccountsMap(props: AccountsMapProps) {
  return (
    <Suspense fallback={<PageLoading />}>
      <AccountsMap {...props} />
    </Suspense>
  )
}
