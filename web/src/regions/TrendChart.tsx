/** A figure of the market map day by day. Loaded only where there is a course to draw. */
import { useTranslation } from 'react-i18next'
import { DayChart } from '../app/DayChart'
import { useFormat } from '../i18n/format'
import { type Figure, figureText } from './figures'

type Day = { day: string; value: number }

export function TrendChart({ title, figure, days }: { title: string; figure: Figure; days: readonly Day[] }) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const first = days[0]
  const last = days.at(-1)
  if (!first || !last) return null
  const text = (value: number) => figureText(figure, value, format)
  const share = figure.kind === 'share'
  return (
    <DayChart
      label={t('trend.course', {
        figure: title,
        from: format.day(first.day),
        first: text(first.value),
        to: format.day(last.day),
        last: text(last.value),
      })}
      days={days}
      value="value"
      height={96}
      short={share ? text : format.compact}
      decimals={share}
      tell={(value) => [text(value), title]}
    />
  )
}
