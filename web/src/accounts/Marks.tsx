/** The small marks of an account, the same everywhere. Colour never stands alone: each has its word. */

import { useTranslation } from 'react-i18next'
import { classColours, coverageColours, statusColours } from '../app/palette'
import { useScheme } from '../app/scheme'
import type { AccountClass, Coverage, Status } from '../app/search'
import classes from './Marks.module.css'

export function StatusDot({ status }: { status: Status }) {
  const { t } = useTranslation('accounts')
  const scheme = useScheme()
  return (
    <span
      className={classes.dot}
      style={{ background: statusColours[scheme][status] }}
      role="img"
      aria-label={t(`status.${status}`)}
      title={t(`status.${status}`)}
    />
  )
}

export function StatusMark({ status }: { status: Status }) {
  const { t } = useTranslation('accounts')
  const scheme = useScheme()
  return (
    <span className={classes.mark}>
      <span className={classes.dot} style={{ background: statusColours[scheme][status] }} />
      {t(`status.${status}`)}
    </span>
  )
}

export function ClassMark({ value }: { value: AccountClass }) {
  const { t } = useTranslation('accounts')
  const scheme = useScheme()
  const colour = classColours[scheme][value]
  return (
    <span
      className={classes.class}
      style={{ color: colour, borderColor: colour }}
      role="img"
      aria-label={t('classOf', { value })}
      title={t('classOf', { value })}
    >
      {value}
    </span>
  )
}

export function CoverageMark({ coverage, detail }: { coverage: Coverage; detail?: string }) {
  const { t } = useTranslation('accounts')
  const scheme = useScheme()
  return (
    <span className={classes.mark} style={{ color: coverageColours[scheme][coverage] }}>
      <span className={classes.bar} data-coverage={coverage} />
      {detail ?? t(`coverage.${coverage}`)}
    </span>
  )
}
