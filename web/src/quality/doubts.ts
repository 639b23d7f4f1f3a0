/**
 * Why a place is doubtful, in the reader's language. The server gives English, parts with a
 * semicolon between them; what it says of another geocoder stays as it is.
 */
import { useTranslation } from 'react-i18next'

const doubts = {
  'the place is spelt differently': 'placeSpelt',
  'only the town was found': 'onlyTown',
  'only the postcode was found': 'onlyPostcode',
  'the kind of street or its direction differs': 'streetKind',
  'the street is spelt differently': 'streetSpelt',
  'the house number is not known': 'noNumber',
  'no town was given': 'noTown',
  'it lies in another town': 'otherTown',
  'the postcode differs': 'otherPostcode',
  'the town is called otherwise': 'townCalled',
  'it lies near the town': 'nearTown',
  'only its beginning was given': 'beginning',
  'no house number is known here': 'noNumberHere',
  'no street is known here': 'noStreetHere',
} as const

const between = /^placed between numbers (.+) and (.+)$/

export function useDoubts(): (reason: string) => string {
  const { t } = useTranslation('data')
  return (reason) =>
    reason
      .split('; ')
      .map((part) => {
        const numbers = between.exec(part)
        if (numbers) return t('doubt.between', { low: numbers[1], high: numbers[2] })
        return part in doubts ? t(`doubt.${doubts[part as keyof typeof doubts]}`) : part
      })
      .join('; ')
}
