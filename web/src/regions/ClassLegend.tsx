/** The classes of a sheet with their colours; clicking one leaves only what was clicked. */
import { ActionIcon, Group, Tooltip, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconFilterOff, IconLock, IconLockOpen } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useScheme } from '../app/scheme'
import { useFormat } from '../i18n/format'
import { paletteOf } from '../map/palette'
import classes from './ClassLegend.module.css'
import { over } from './colour'
import { type Figure, figureText } from './figures'
import { opacity, pairSteps } from './ramps'
import type { Sheet } from './sheet'

type Props = {
  sheet: Sheet
  title: string
  unit: string
  /** What the classes are of; blended, the figure from left to right. */
  figure: Figure
  /** Blended: the figure from below to above, and its name. */
  up?: { figure: Figure; title: string } | undefined
  /** Names of the classes, where they are no ranges. */
  names?: readonly string[] | undefined
  only: readonly number[]
  onOnly: (at: number | null) => void
  /** Whether the classes stay as they are while the map moves. */
  held?: boolean | undefined
  onHold?: ((hold: boolean) => void) | undefined
}

export function ClassLegend(props: Props) {
  const { sheet, title, unit, figure, up, names, only, onOnly, held, onHold } = props
  const { t } = useTranslation('regions')
  const format = useFormat()
  const scheme = useScheme()
  // A phone has room for the colours, and for the classes when they are asked for.
  const [open, setOpen] = useState(() => !window.matchMedia('(max-width: 47.99em)').matches)
  const ground = paletteOf(scheme).land
  const range = useRange(figure)
  const faded = (i: number) => only.length > 0 && !only.includes(i)

  return (
    <section className={classes.legend} aria-label={t('legend.of', { figure: title })}>
      <Group justify="space-between" wrap="nowrap" gap="xs" className={classes.head}>
        <button type="button" className={classes.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          {title}
          {open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronUp size={16} aria-hidden />}
        </button>
        <Group gap={2} wrap="nowrap">
          {only.length > 0 && (
            <Tooltip label={t('legend.all')}>
              <ActionIcon variant="subtle" aria-label={t('legend.all')} onClick={() => onOnly(null)}>
                <IconFilterOff size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          {onHold && (
            <Tooltip label={t(held ? 'legend.held' : 'legend.hold')} multiline maw={240}>
              <ActionIcon
                variant={held ? 'light' : 'subtle'}
                aria-label={t('legend.holdLabel')}
                aria-pressed={held ?? false}
                onClick={() => onHold(!held)}
              >
                {held ? <IconLock size={16} aria-hidden /> : <IconLockOpen size={16} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      {open && <p className={classes.unit}>{unit}</p>}
      {!open && !up && sheet.colours.length > 0 && (
        <div className={classes.strip} aria-hidden="true">
          {sheet.colours.map((colour, i) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: its place is what names a class
              key={i}
              data-faded={faded(i)}
              style={{ background: over(colour, ground, opacity) }}
            />
          ))}
        </div>
      )}
      {open && up && (
        <div className={classes.pair}>
          <span className={classes.up}>{up.title} →</span>
          <div className={classes.grid}>
            {Array.from({ length: pairSteps }, (_, row) => pairSteps - 1 - row).flatMap((row) =>
              Array.from({ length: pairSteps }, (_, column) => {
                const i = pairSteps * row + column
                const label = t('legend.pair', {
                  across: title,
                  acrossClass: t(`legend.third.${column as 0 | 1 | 2}`),
                  up: up.title,
                  upClass: t(`legend.third.${row as 0 | 1 | 2}`),
                  number: sheet.counts[i] ?? 0,
                })
                return (
                  <Tooltip key={i} label={label} multiline maw={260}>
                    <UnstyledButton
                      className={classes.cell}
                      data-faded={faded(i)}
                      aria-pressed={only.includes(i)}
                      aria-label={label}
                      style={{ background: over(sheet.colours[i] ?? ground, ground, opacity) }}
                      onClick={() => onOnly(i)}
                    />
                  </Tooltip>
                )
              }),
            )}
          </div>
          <span className={classes.across}>{title} →</span>
        </div>
      )}
      {open && !up && (
        <ul className={classes.list}>
          {sheet.colours.map((colour, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: its place is what names a class
            <li key={i}>
              <button
                type="button"
                className={classes.class}
                data-faded={faded(i)}
                aria-pressed={only.includes(i)}
                onClick={() => onOnly(i)}
              >
                <span
                  className={classes.swatch}
                  style={{ background: over(colour, ground, opacity) }}
                  aria-hidden="true"
                />
                <span className={classes.range}>{names?.[i] ?? range(sheet.ends, i)}</span>
                <span className={classes.count}>{format.number(sheet.counts[i] ?? 0)}</span>
              </button>
            </li>
          ))}
          {sheet.colours.length === 0 && <li className={classes.empty}>{t('legend.none')}</li>}
        </ul>
      )}
    </section>
  )
}

/** A class in words. */
function useRange(figure: Figure) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const text = (value: number) => figureText(figure, value, format)
  return (ends: readonly number[], i: number): string => {
    const from = ends[i] ?? 0
    const to = ends[i + 1]
    if (figure.change) {
      const middle = (ends.length - 1) / 2
      if (i === middle) return t('legend.same')
      if (from === Number.NEGATIVE_INFINITY) return t('legend.orLess', { to: text(Math.ceil(to ?? 0)) })
      if (to === undefined) return t('legend.andMore', { from: text(Math.ceil(from)) })
      return t('legend.range', {
        from: text(i < middle ? Math.ceil(from) : Math.ceil(from)),
        to: text(i < middle ? Math.ceil(to) - 1 : Math.ceil(to) - 1),
      })
    }
    if (to === undefined) return t('legend.andMore', { from: text(from) })
    if (figure.kind !== 'count') return t('legend.below', { from: text(from), to: text(to) })
    return to - 1 <= from ? text(from) : t('legend.range', { from: text(from), to: text(to - 1) })
  }
}
