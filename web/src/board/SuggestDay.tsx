/** "Suggest a day" of an account. What it opens is loaded when someone wants it. */
import { Button } from '@mantine/core'
import { IconCalendarSearch } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

const SuggestionsDialog = lazy(() => import('./Suggestions').then((m) => ({ default: m.SuggestionsDialog })))

export function SuggestDay({ siteId, ownerId }: { siteId: number; ownerId: number | null }) {
  const { t } = useTranslation('board')
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCalendarSearch size={18} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('suggest.open')}
      </Button>
      {open && (
        <Suspense>
          <SuggestionsDialog siteId={siteId} ownerId={ownerId} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
