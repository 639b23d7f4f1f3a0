/** What the colours of cells mean while they show a figure. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { coverageOrder, type FigureClasses } from './colouring'
import classes from './Territories.module.css'
import type { ColourBy } from './view'

export function FigureLegend({ colourBy, classes: steps }: { colourBy: ColourBy; classes: FigureClasses }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  if (colourBy === 'territory') return null
  const text = (value: number) =>
    colourBy === 'revenue' || colourBy === 'potential' ? format.money(value) : format.compact(value)
  const compact = (i: number) => {
    const from = steps.ends[i] as number
    const to = steps.ends[i + 1]
    if (colourBy === 'coverage') return t(`coverage.${coverageOrder[i] ?? 'never'}`)
    return to === undefined ? `${text(from)}+` : i === 0 ? `<${text(to)}` : `${text(from)}+`
  }
  return (
    <section
      className={classes.legend}
      aria-label={t('legend.label')}
      data-coverage={colourBy === 'coverage'}
    >
      <h2>
        {t(`colour.${colourBy}`)}
        <span>{t('legend.perCell')}</span>
      </h2>
      <ol>
        {steps.ends.map((end, i) => (
          <li key={end}>
            <i style={{ background: steps.colours[i] }} aria-hidden="true" />
            {compact(i)}
          </li>
        ))}
      </ol>
    </section>
  )
}
