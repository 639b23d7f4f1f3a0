/** Members of a segment day by day. Loaded only where there is a course to draw. */
import { useMantineTheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Area, AreaChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { SegmentDay } from '../filters/types'
import { useFormat } from '../i18n/format'

export function HistoryChart({ days }: { days: SegmentDay[] }) {
  const { t } = useTranslation('segments')
  const format = useFormat()
  const theme = useMantineTheme()
  const first = days[0]?.day ?? ''
  const last = days.at(-1)?.day ?? ''
  const accent = theme.colors.trail?.[5] ?? 'currentcolor'
  return (
    <div role="img" aria-label={t('chart.label', { from: format.day(first), to: format.day(last) })}>
      <ResponsiveContainer width="100%" height={120}>
        <AreaChart data={days} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <XAxis
            dataKey="day"
            tickFormatter={format.day}
            interval="preserveStartEnd"
            minTickGap={60}
            tickLine={false}
            axisLine={false}
            tick={{ fontSize: 11, fill: 'var(--mantine-color-dimmed)' }}
          />
          <YAxis
            width={44}
            allowDecimals={false}
            tickFormatter={format.compact}
            tickLine={false}
            axisLine={false}
            tick={{ fontSize: 11, fill: 'var(--mantine-color-dimmed)' }}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={(day) => format.day(String(day))}
            formatter={(value, _name, item) => {
              const { joined, left } = item.payload as SegmentDay
              const changes = [
                joined > 0 && `${t('chart.joined')}: ${format.number(joined)}`,
                left > 0 && `${t('chart.left')}: ${format.number(left)}`,
              ].filter(Boolean)
              return [[format.number(Number(value)), ...changes].join(' · '), t('chart.total')]
            }}
            contentStyle={{
              background: 'var(--wm-panel)',
              border: '1px solid var(--wm-border)',
              borderRadius: 8,
              fontSize: 12,
            }}
          />
          <Area
            type="stepAfter"
            dataKey="total"
            stroke={accent}
            fill={accent}
            fillOpacity={0.18}
            strokeWidth={2}
            isAnimationActive={false}
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  )
}
