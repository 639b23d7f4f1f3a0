/** What the symbols mean, with the very pictures of the map. */

import { useMediaQuery } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useScheme } from '../app/scheme'
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

export function AccountsLegend() {
  const { t } = useTranslation('map')
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  const [open, setOpen] = useState(!phone)
  const rows = [
    ['account-customer-none', t('legend.customer')],
    ['account-prospect-none', t('legend.prospect')],
    ['account-former-none', t('legend.former')],
    ['prospect', t('legend.openProspect')],
    ['account-customer-due', t('legend.due')],
    ['account-customer-overdue', t('legend.overdue')],
    ['cluster-s-5-3', t('legend.cluster')],
  ] as const
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
          <ul>
            {rows.map(([name, text]) => (
              <li key={name}>
                <MapSymbol name={name} />
                {text}
              </li>
            ))}
          </ul>
          <p>{t('legend.size')}</p>
        </>
      )}
    </div>
  )
}
