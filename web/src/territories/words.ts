/** Figures of territories in the words and units of the one who reads them. */
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import type { CellFigure } from './painting'
import type { BarFigure } from './view'

export function useFigureText() {
  const { t } = useTranslation('territories')
  const format = useFormat()
  return useCallback(
    (figure: BarFigure | CellFigure, value: number) => {
      if (figure === 'revenue' || figure === 'potential') return format.money(value)
      if (figure === 'workload' || figure === 'visitHours' || figure === 'driveHours')
        return t('unit.hours', { amount: format.number(Math.round(value)) })
      return format.number(value)
    },
    [t, format],
  )
}
