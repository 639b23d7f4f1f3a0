/** A figure day by day, as an area. Draws with recharts: load it only where there is a course to draw. */
import { useMantineTheme } from '@mantine/core'
import type { ComponentProps } from 'react'
import { Area, AreaChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat } from '../i18n/format'

type Props<Day extends { day: string }> = {
  /** What the picture shows, in words. */
  label: string
  days: readonly Day[]
  /** The figure's name in a day. */
  value: keyof Day & string
  height: number
  /** At the axis. */
  short: (value: number) => string
  decimals?: boolean
  /** What is told of a day: the figure in words, and its name. */
  tell: (value: number, day: Day) => [text: string, name: string]
}

const tick = { fontSize: 11, fill: 'var(--mantine-color-dimmed)' }

export function DayChart<Day extends { day: string }>(props: Props<Day>) {
  const { label, days, value, height, short, decimals = false, tell } = props
  const format = useFormat()
  const theme = useMantineTheme()
  const accent = theme.colors.trail?.[5] ?? 'currentcolor'
  const formatter: ComponentProps<typeof Tooltip>['formatter'] = (of, _name, item) =>
    tell(Number(of), item.payload as Day)
  return (
    <div role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={height}>
        <AreaChart
          data={[...days]}
          margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis
            dataKey="day"
            tickFormatter={format.day}
            interval="preserveStartEnd"
            minTickGap={60}
            tickLine={false}
            axisLine={false}
            tick={tick}
          />
          <YAxis
            width={44}
            allowDecimals={decimals}
            tickFormatter={short}
            tickLine={false}
            axisLine={false}
            tick={tick}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={(day) => format.day(String(day))}
            formatter={formatter}
            contentStyle={{
              background: 'var(--wm-panel)',
              border: '1px solid var(--wm-border)',
              borderRadius: 8,
              fontSize: 12,
            }}
          />
          <Area
            type="stepAfter"
            dataKey={(day: Day) => day[value]}
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
