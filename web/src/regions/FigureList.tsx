/** All figures of one place, as they are read. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { type Counts, figureKeys, figures, figureText } from './figures'
import classes from './RegionsPage.module.css'

export function FigureList({ values }: { values: Counts }) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  return (
    <dl className={classes.figures}>
      {figureKeys.map((key) => (
        <div key={key}>
          <dt>{t(`figure.${key}`)}</dt>
          <dd>
            {figures[key].kind === 'share' && figures[key].of(values) === null
              ? '–'
              : figureText(figures[key], figures[key].of(values) ?? 0, format)}
          </dd>
        </div>
      ))}
    </dl>
  )
}
