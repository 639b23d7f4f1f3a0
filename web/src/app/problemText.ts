import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'

/** Gives the sentence to show for an error: the server's own where it has one. */
export function useProblemText() {
  const { t } = useTranslation()
  return useCallback(
    (error: unknown): string => {
      if (!isProblem(error)) return t('error.internal')
      if (error.code === 'offline' || (error.code === 'unavailable' && !error.message))
        return t('error.offline')
      if (error.message && error.code !== 'internal') return error.message
      if (error.code === 'forbidden') return t('error.forbidden')
      if (error.code === 'not_found') return t('error.notFound')
      if (error.code === 'too_many') return t('error.tooMany')
      return t('error.internal')
    },
    [t],
  )
}
