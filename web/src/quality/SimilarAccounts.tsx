import { Alert, Anchor } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Point } from '../api/types'
import { similarQuery } from './queries'
import { useReasons } from './reasons'

type Draft = { name: string; phone: string; email: string; website: string; point?: Point }

/** Warns of accounts that the one in the making resembles; nothing when there is none. */
export function SimilarAccounts({ draft }: { draft: Draft }) {
  const { t } = useTranslation('data')
  const reasons = useReasons()
  const [settled] = useDebouncedValue(draft, 400)
  const { data = [] } = useQuery(similarQuery(settled))
  if (data.length === 0) return null
  return (
    <Alert color="yellow" role="status" title={t('similar.title')}>
      {data.map((one) => (
        <div key={one.id}>
          <Anchor href={`/accounts/${one.id}`} target="_blank" size="sm">
            {one.name}
          </Anchor>{' '}
          {[one.address, reasons(one.reasons ?? [])].filter(Boolean).join(' · ')}
        </div>
      ))}
    </Alert>
  )
}
