/** The figures of one place that are known, as they are read. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { type Counts, type FigureKey, figureKeys, figures, figureText } from './figures'
import classes from './RegionsPage.module.css'

export function FigureList({ values }: { values: Counts }) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const groups = {
    money: values.revenue,
    visits: values.visits,
    coverage: values.coverage,
    change: values.change,
  }
  const known = (key: FigureKey) => {
    const { group } = figures[key]
    return group === null || groups[group] !== undefined
  }
  return (
    <dl className={classes.figures}>
      {figureKeys.filter(known).map((key) => {
        const value = figures[key].of(values)
        return (
          <div key={key}>
            <dt>{t(`figure.${key}`)}</dt>
            <dd>
              {figures[key].kind === 'share' && value === null
                ? '–'
                : figureText(figures[key], value ?? 0, format)}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
