/** How much the smallest hexagons have together: the farther from the diagonal, the more uneven. */
import { useMantineTheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Area, ComposedChart, Line, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useFormat } from '../i18n/format'

export function LorenzChart({ points, title }: { points: [number, number][]; title: string }) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const theme = useMantineTheme()
  const accent = theme.colors.trail?.[5] ?? 'currentcolor'
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 0 })
  const rows = points.map(([of, share]) => ({ of, share, even: of }))
  const axis = {
    type: 'number' as const,
    domain: [0, 1] as [number, number],
    ticks: [0, 0.5, 1],
    tickFormatter: (v: number) => percent.format(v),
    tickLine: false,
    axisLine: false,
    tick: { fontSize: 11, fill: 'var(--mantine-color-dimmed)' },
  }
  return (
    <div role="img" aria-label={t('concentration.chart', { figure: title })}>
      <ResponsiveContainer width="100%" height={140}>
        <ComposedChart
          data={rows}
          margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis dataKey="of" {...axis} />
          <YAxis width={40} {...axis} />
          <Line
            dataKey="even"
            stroke="var(--mantine-color-dimmed)"
            strokeDasharray="4 3"
            dot={false}
            isAnimationActive={false}
          />
          <Area
            dataKey="share"
            stroke={accent}
            fill={accent}
            fillOpacity={0.18}
            strokeWidth={2}
            isAnimationActive={false}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  )
}
