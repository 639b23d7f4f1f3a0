/** Title, unit and classes of the hexagons' figure. */

import { useTranslation } from 'react-i18next'
import { useScheme } from '../app/scheme'
import { useFormat } from '../i18n/format'
import { type Figure, regionClasses } from './layers/regions'
import classes from './MapControls.module.css'
import { paletteOf } from './palette'
import legend from './RegionsLegend.module.css'

export function RegionsLegend({ figure, largest }: { figure: Figure; largest?: number }) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const scheme = useScheme()
  const text = (value: number) =>
    figure === 'penetration'
      ? new Intl.NumberFormat(format.locale, { style: 'percent' }).format(value)
      : format.number(value)
  const steps = regionClasses(paletteOf(scheme), figure, largest)
  const last = (to: number) => (figure === 'penetration' ? to : to - 1)
  return (
    <section className={classes.legend} aria-label={t('legend.label')}>
      <h2 className={legend.title}>{t(`figure.${figure}`)}</h2>
      <p className={legend.unit}>{t(`unit.${figure}`)}</p>
      <ul>
        {steps.map(({ from, to, color }) => (
          <li key={from}>
            <span className={legend.swatch} style={{ background: color }} aria-hidden="true" />
            {to === null
              ? t('legend.andMore', { from: text(from) })
              : last(to) === from
                ? text(from)
                : t(figure === 'penetration' ? 'legend.below' : 'legend.range', {
                    from: text(from),
                    to: text(last(to)),
                  })}
          </li>
        ))}
      </ul>
    </section>
  )
}
