import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import type { Pair } from './queries'

/** The reasons for a pair in words: "same name, 80 m apart". */
export function useReasons() {
  const { t } = useTranslation('data')
  const format = useFormat()
  return (reasons: NonNullable<Pair['reasons']>) =>
    reasons
      .map(({ code, detail }) =>
        t(`reason.${code}`, {
          detail:
            code === 'near' || code === 'far' || code === 'same_place'
              ? format.distance(Number(detail))
              : detail,
        }),
      )
      .join(', ')
}
