/** What the symbols mean, with the very pictures of the map. */

import { NativeSelect } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useScheme } from '../app/scheme'
import type { Field } from '../filters/types'
import { type Colouring, colourName } from './colouring'
import classes from './MapControls.module.css'
import { paletteOf } from './palette'
import { drawSymbol } from './symbols'

export function MapSymbol({ name }: { name: string }) {
  const scheme = useScheme()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    const image = drawSymbol(name, paletteOf(scheme))
    if (!element || !image) return
    const size = 68
    element.width = size
    element.height = size
    element.getContext('2d')?.putImageData(image, (size - image.width) / 2, (size - image.height) / 2)
  }, [name, scheme])
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus by itself
  return <canvas ref={canvas} className={classes.symbol} aria-hidden="true" />
}

type LegendProps = {
  /** The field whose colours the points have; null: their status. */
  colouring: Colouring | null
  /** What else they can be coloured by. */
  fields: readonly Field[]
  onColour?: ((field: string | undefined) => void) | undefined
}

export function AccountsLegend({ colouring, fields, onColour }: LegendProps) {
  const { t } = useTranslation('map')
  const scheme = useScheme()
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  const [open, setOpen] = useState(!phone)
  const rows: [symbol: string, text: string][] = [
    ...(colouring
      ? [
          ...colouring.classes.map(({ colours, label }): [string, string] => [
            `account-customer-none-${colourName(colours[scheme])}`,
            label,
          ]),
          ['cluster-s-0-0', t('legend.plainCluster')] as [string, string],
        ]
      : [
          ['account-customer-none', t('legend.customer')] as [string, string],
          ['account-prospect-none', t('legend.prospect')] as [string, string],
          ['account-former-none', t('legend.former')] as [string, string],
        ]),
    ['prospect', t('legend.openProspect')],
    ['account-customer-due', t('legend.due')],
    ['account-customer-overdue', t('legend.overdue')],
    ...(colouring ? [] : [['cluster-s-5-3', t('legend.cluster')] as [string, string]]),
  ]
  return (
    <div className={classes.legend}>
      <button
        type="button"
        className={classes.legendToggle}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {t('legend.title')}
        {open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronUp size={16} aria-hidden />}
      </button>
      {open && (
        <>
          {onColour && fields.length > 0 && (
            <NativeSelect
              className={classes.colourBy}
              size="xs"
              label={t('legend.colourBy')}
              value={colouring?.field ?? ''}
              onChange={(e) => onColour(e.currentTarget.value || undefined)}
              data={[
                { value: '', label: t('legend.byStatus') },
                ...fields.map(({ key, label }) => ({ value: key, label })),
              ]}
            />
          )}
          <ul>
            {rows.map(([name, text]) => (
              <li key={name}>
                <MapSymbol name={name} />
                <span dir="auto">{text}</span>
              </li>
            ))}
          </ul>
          <p>
            {colouring && `${t('legend.shapes')} `}
            {t('legend.size')}
          </p>
        </>
      )}
    </div>
  )
}
