/** What a move would do, in a line: minutes, distance, rules. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import classes from './EffectText.module.css'
import { useSigned } from './Rating'
import type { Effect } from './types'
import type { EffectState } from './useEffectOf'

/** The words of an effect, for those who hear it. */
export function useEffectWords() {
  const { t } = useTranslation('board')
  const signed = useSigned()
  return (effect: Effect) =>
    [
      t('effect.drive', { duration: signed.duration(effect.driveSeconds) }),
      signed.distance(effect.driveMetres),
      ...(Math.abs(effect.overtimeSeconds) >= 60
        ? [t('effect.overtime', { duration: signed.duration(effect.overtimeSeconds) })]
        : []),
      effect.violations > 0
        ? t('effect.breaks', { count: effect.violations })
        : effect.violations < 0
          ? t('effect.mends', { count: -effect.violations })
          : t('effect.keeps'),
    ].join(', ')
}

export function EffectText({ state, idle }: { state: EffectState; idle?: string }) {
  const { t } = useTranslation('board')
  const signed = useSigned()
  const problemText = useProblemText()
  const { effect, pending, error } = state
  if (error) return <span className={classes.effect}>{problemText(error)}</span>
  if (!effect)
    return (
      <span className={classes.effect}>{pending ? t('effect.pending') : (idle ?? t('effect.same'))}</span>
    )
  const tone = (value: number) => (value > 0 ? 'worse' : value < 0 ? 'better' : undefined)
  return (
    <span className={classes.effect}>
      <strong data-tone={tone(Math.round(effect.driveSeconds / 60))}>
        {t('effect.drive', { duration: signed.duration(effect.driveSeconds) })}
      </strong>
      <span>{signed.distance(effect.driveMetres)}</span>
      {Math.abs(effect.overtimeSeconds) >= 60 && (
        <strong data-tone={tone(effect.overtimeSeconds)}>
          {t('effect.overtime', { duration: signed.duration(effect.overtimeSeconds) })}
        </strong>
      )}
      {effect.violations !== 0 ? (
        <strong data-tone={tone(effect.violations)}>
          {effect.violations > 0 && <IconAlertTriangle size={14} aria-hidden />}
          {effect.violations > 0
            ? t('effect.breaks', { count: effect.violations })
            : t('effect.mends', { count: -effect.violations })}
        </strong>
      ) : (
        <span>
          <IconCheck size={14} aria-hidden />
          {t('effect.keeps')}
        </span>
      )}
    </span>
  )
}
