/** Members of a segment day by day. Loaded only where there is a course to draw. */
import { useTranslation } from 'react-i18next'
import { DayChart } from '../app/DayChart'
import type { SegmentDay } from '../filters/types'
import { useFormat } from '../i18n/format'

export function HistoryChart({ days }: { days: SegmentDay[] }) {
  const { t } = useTranslation('segments')
  const format = useFormat()
  const first = days[0]?.day ?? ''
  const last = days.at(-1)?.day ?? ''
  return (
    <DayChart
      label={t('chart.label', { from: format.day(first), to: format.day(last) })}
      days={days}
      value="total"
      height={120}
      short={format.compact}
      tell={(value, { joined, left }) => {
        const changes = [
          joined > 0 && `${t('chart.joined')}: ${format.number(joined)}`,
          left > 0 && `${t('chart.left')}: ${format.number(left)}`,
        ].filter(Boolean)
        return [[format.number(value), ...changes].join(' · '), t('chart.total')]
      }}
    />
  )
}
