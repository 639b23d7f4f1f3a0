/** A panel beside the map on a desk; a sheet over its lower part on a phone. */
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Panel.module.css'

const heights = ['low', 'half', 'full'] as const
type Height = (typeof heights)[number]

export function Panel({ children, map, label }: { children: ReactNode; map: ReactNode; label: string }) {
  const { t } = useTranslation('plan')
  const [height, setHeight] = useState<Height>('half')
  const drag = useRef<{ from: number; at: Height } | null>(null)
  const dragged = useRef(false)
  return (
    <div className={classes.page}>
      <div className={classes.panel} data-height={height}>
        <button
          type="button"
          className={classes.handle}
          aria-expanded={height !== 'low'}
          aria-label={t(height === 'full' ? 'sheet.smaller' : 'sheet.larger')}
          onClick={() => {
            if (!dragged.current) setHeight(height === 'full' ? 'half' : height === 'half' ? 'full' : 'half')
            dragged.current = false
          }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            drag.current = { from: event.clientY, at: height }
          }}
          onPointerMove={(event) => {
            if (!drag.current) return
            const steps = Math.round((drag.current.from - event.clientY) / 120)
            if (steps !== 0) dragged.current = true
            const at = heights.indexOf(drag.current.at) + steps
            setHeight(heights[Math.max(0, Math.min(heights.length - 1, at))] ?? 'half')
          }}
          onPointerUp={() => {
            drag.current = null
          }}
          onPointerCancel={() => {
            drag.current = null
          }}
        >
          <span />
        </button>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label={label}>
          {children}
        </section>
      </div>
      <div className={classes.map}>{map}</div>
    </div>
  )
}
