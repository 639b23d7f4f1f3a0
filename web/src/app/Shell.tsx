import { Menu } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import {
  IconChecks,
  IconDatabaseImport,
  IconDots,
  IconHexagons,
  IconMap2,
  IconPolygon,
  IconRoute,
  IconSearch,
  IconSettings,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, type LinkProps, Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import { useServerEvents } from '../events/useServerEvents'
import { useRecordRecent } from '../search/useRecordRecent'
import { unreadQuery } from '../timeline/queries'
import { PageLoading } from './Fallbacks'
import classes from './Shell.module.css'
import { setSearching, useSearching } from './searching'
import { useSearchShortcut } from './useSearchShortcut'

const SearchDialog = lazy(() => import('../search/SearchDialog').then((m) => ({ default: m.SearchDialog })))

/** What has a tab of its own on a phone; the rest is in the menu at its end. */
const onPhone: readonly string[] = ['/', '/accounts', '/tasks', '/plans']

/** The frame around every signed-in page: a rail on a desk, tabs at the bottom of a phone. */
export function Shell() {
  const { t } = useTranslation()
  const mayPlan = useMay('plans.read')
  const mayRegions = useMay('regions.read')
  const mayTerritories = useMay('territories.read')
  const mayKeep = useMay('accounts.write')
  const mayImport = useMay('accounts.import')
  const unread = useQuery(unreadQuery).data ?? 0
  const searching = useSearching((s) => s.open)
  useServerEvents()
  useRecordRecent()
  useSearchShortcut(() => setSearching(true))

  const links = [
    { to: '/', icon: IconMap2, label: t('nav.map') },
    { to: '/accounts', icon: IconUsers, label: t('nav.accounts') },
    { to: '/tasks', icon: IconChecks, label: t('nav.tasks'), count: unread },
    ...(mayPlan ? [{ to: '/plans', icon: IconRoute, label: t('nav.plans') } as const] : []),
    ...(mayRegions ? [{ to: '/regions', icon: IconHexagons, label: t('nav.regions') } as const] : []),
    ...(mayTerritories
      ? [{ to: '/territories', icon: IconPolygon, label: t('nav.territories') } as const]
      : []),
  ] as const

  return (
    <div className={classes.shell}>
      <Notifications position="bottom-center" limit={3} />
      <a href="#content" className={classes.skip}>
        {t('nav.skip')}
      </a>
      <nav className={classes.rail} aria-label={t('nav.label')}>
        <span className={classes.brand}>
          <img src="/waymark.svg" alt="Waymark" width={36} height={36} />
        </span>
        {links.map(({ to, icon: Icon, label, ...rest }) => (
          <Link
            key={to}
            to={to}
            className={onPhone.includes(to) ? classes.link : `${classes.link} ${classes.deskOnly}`}
            activeOptions={{ exact: to === '/', includeSearch: false }}
          >
            <span className={classes.icon}>
              <Icon size={22} stroke={1.75} aria-hidden />
              {'count' in rest && rest.count > 0 && (
                <span
                  className={classes.count}
                  role="status"
                  aria-label={t('nav.unread', { amount: rest.count })}
                >
                  {rest.count > 99 ? '99+' : rest.count}
                </span>
              )}
            </span>
            {label}
          </Link>
        ))}
        <span className={classes.spacer} />
        <button
          type="button"
          className={classes.link}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setSearching(true)}
        >
          <IconSearch size={22} stroke={1.75} aria-hidden />
          {t('nav.search')}
        </button>
        <Link to="/segments" className={`${classes.link} ${classes.deskOnly}`}>
          <IconStack2 size={22} stroke={1.75} aria-hidden />
          {t('nav.segments')}
        </Link>
        {mayKeep && (
          <Link
            to={mayImport ? '/data/imports' : '/data/places'}
            className={`${classes.link} ${classes.deskOnly}`}
          >
            <IconDatabaseImport size={22} stroke={1.75} aria-hidden />
            {t('nav.data')}
          </Link>
        )}
        <Link to="/settings" className={`${classes.link} ${classes.deskOnly}`}>
          <IconSettings size={22} stroke={1.75} aria-hidden />
          {t('nav.settings')}
        </Link>
        <PhoneMenu
          links={[
            ...links.filter(({ to }) => !onPhone.includes(to)),
            { to: '/segments', icon: IconStack2, label: t('nav.segments') },
            ...(mayKeep
              ? [
                  {
                    to: mayImport ? '/data/imports' : '/data/places',
                    icon: IconDatabaseImport,
                    label: t('nav.data'),
                  } as const,
                ]
              : []),
            { to: '/settings', icon: IconSettings, label: t('nav.settings') },
          ]}
        />
      </nav>
      <main id="content" className={classes.main} tabIndex={-1}>
        <Suspense fallback={<PageLoading />}>
          <Outlet />
        </Suspense>
      </main>
      {searching && (
        <Suspense>
          <SearchDialog onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  )
}

type MenuLink = { to: LinkProps['to']; icon: typeof IconMap2; label: string }

/** The pages that have no tab on a phone. */
function PhoneMenu({ links }: { links: readonly MenuLink[] }) {
  const { t } = useTranslation()
  return (
    <Menu position="top-end" shadow="md" width={220}>
      <Menu.Target>
        <button type="button" className={`${classes.link} ${classes.phoneOnly}`}>
          <IconDots size={22} stroke={1.75} aria-hidden />
          {t('nav.more')}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {links.map(({ to, icon: Icon, label }) => (
          <Menu.Item
            key={to}
            leftSection={<Icon size={20} stroke={1.75} aria-hidden />}
            renderRoot={(props) => <Link to={to} {...props} />}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
