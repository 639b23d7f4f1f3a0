/** A figure day by day. Loaded only where there is a course to draw. */
import { useMantineTheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Area, AreaChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '../i18n/format'
import { type Figure, figureText } from './figures'

type Day = { day: string; value: number }

export function TrendChart({ title, figure, days }: { title: string; figure: Figure; days: readonly Day[] }) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const theme = useMantineTheme()
  const accent = theme.colors.trail?.[5] ?? 'currentcolor'
  const first = days[0]
  const last = days.at(-1)
  if (!first || !last) return null
  const text = (value: number) => figureText(figure, value, format)
  const short = (value: number) => (figure.kind === 'share' ? text(value) : format.compact(value))
  return (
    <div
      role="img"
      aria-label={t('trend.course', {
        figure: title,
        from: format.day(first.day),
        first: text(first.value),
        to: format.day(last.day),
        last: text(last.value),
      })}
    >
      <ResponsiveContainer width="100%" height={96}>
        <AreaChart
          data={[...days]}
          margin={{ top: 6, right: 4, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
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
            allowDecimals={figure.kind === 'share'}
            tickFormatter={short}
            tickLine={false}
            axisLine={false}
            tick={{ fontSize: 11, fill: 'var(--mantine-color-dimmed)' }}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={(day) => format.day(String(day))}
            formatter={(value) => [text(Number(value)), title]}
            contentStyle={{
              background: 'var(--wm-panel)',
              border: '1px solid var(--wm-border)',
              borderRadius: 8,
              fontSize: 12,
            }}
          />
          <Area
            type="stepAfter"
            dataKey="value"
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
