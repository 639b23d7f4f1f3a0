/** "Suggest a day" of an account. What it opens is loaded when someone wants it. */
import { Button } from '@mantine/core'
import { IconAdjustments, IconCalendarSearch } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'

const SuggestionsDialog = lazy(() => import('./Suggestions').then((m) => ({ default: m.SuggestionsDialog })))

const AccountVisitTermsDialog = lazy(() =>
  import('./AccountVisitTerms').then((m) => ({ default: m.AccountVisitTermsDialog })),
)

export function SuggestDay(props: { siteId: number; ownerId: number | null; accountId?: number }) {
  const { siteId, ownerId, accountId } = props
  const { t } = useTranslation('board')
  const mayChange = useMay('accounts.write')
  const [open, setOpen] = useState(false)
  const [terms, setTerms] = useState(false)
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCalendarSearch size={18} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('suggest.open')}
      </Button>
      {accountId !== undefined && mayChange && (
        <Button
          variant="default"
          leftSection={<IconAdjustments size={18} aria-hidden />}
          onClick={() => setTerms(true)}
        >
          {t('asks.account')}
        </Button>
      )}
      {terms && accountId !== undefined && (
        <Suspense>
          <AccountVisitTermsDialog accountId={accountId} onClose={() => setTerms(false)} />
        </Suspense>
      )}
      {open && (
        <Suspense>
          <SuggestionsDialog siteId={siteId} ownerId={ownerId} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
