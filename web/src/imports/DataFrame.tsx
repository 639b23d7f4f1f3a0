import { Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import classes from './Imports.module.css'

/** The frame of the pages that keep the record in order: imports, places to check, duplicates. */
export function DataFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('data')
  const mayImport = useMay('accounts.import')
  const mayMerge = useMay('accounts.merge')
  const tabs = [
    ...(mayImport ? [{ to: '/data/imports', label: t('tab.imports') } as const] : []),
    { to: '/data/places', label: t('tab.places') } as const,
    ...(mayMerge ? [{ to: '/data/duplicates', label: t('tab.duplicates') } as const] : []),
  ]
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <Title order={1}>{t('title')}</Title>
        <nav className={classes.tabs} aria-label={t('title')}>
          {tabs.map(({ to, label }) => (
            <Link key={to} to={to} className={classes.tab}>
              {label}
            </Link>
          ))}
        </nav>
        {children}
      </div>
    </div>
  )
}
