/** The plan in figures, and what the last change did to each. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import classes from './Figures.module.css'
import { useSigned } from './Rating'
import type { Totals } from './types'

type Figure = {
  key: string
  name: string
  value: string
  /** Signed, when it changed. */
  change: string | null
  better: boolean
}

export function useFigures() {
  const { t } = useTranslation('board')
  const format = useFormat()
  const signed = useSigned()
  return (totals: Totals, before: Totals | null): Figure[] => {
    const figure = (
      of: keyof Totals,
      write: (value: number) => string,
      change: (value: number) => string,
      /** The smallest change that is worth telling. */
      least: number,
      moreIsBetter = false,
    ): Figure => {
      const by = before ? totals[of] - before[of] : 0
      return {
        key: of,
        name: t(`total.${of as 'visits'}`),
        value: write(totals[of]),
        change: Math.abs(by) >= least ? change(by) : null,
        better: by > 0 === moreIsBetter,
      }
    }
    const number = format.number
    return [
      figure('visits', number, signed.number, 1, true),
      figure('unplanned', number, signed.number, 1),
      ...(totals.mandatoryMissed > 0 || (before?.mandatoryMissed ?? 0) > 0
        ? [figure('mandatoryMissed', number, signed.number, 1)]
        : []),
      figure('driveSeconds', format.duration, signed.duration, 30),
      figure('driveMetres', format.distance, signed.distance, 50),
      figure('visitSeconds', format.duration, signed.duration, 30, true),
      figure('waitingSeconds', format.duration, signed.duration, 30),
      figure('overtimeSeconds', format.duration, signed.duration, 30),
      figure('violations', number, signed.number, 1),
    ]
  }
}

export function Figures({ totals, before }: { totals: Totals; before: Totals | null }) {
  const { t } = useTranslation('board')
  const figures = useFigures()
  return (
    <dl className={classes.figures} tabIndex={0} aria-label={t('total.label')}>
      {figures(totals, before).map(({ key, name, value, change, better }) => (
        <div key={key} data-figure={key} data-warn={key === 'violations' && value !== '0'}>
          <dt>{name}</dt>
          <dd>
            {value}
            {change && (
              <span className={classes.change} data-better={better} title={t('total.since')}>
                {change}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
