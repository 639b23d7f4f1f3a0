import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { isProblem } from '../api/problem'
import { extractQuery, meQuery } from '../api/queries'
import { compareSearchSchema, newPeriodSearchSchema } from '../board/search'
import { isLanguage, showLanguage, shownLanguage } from '../i18n'
import { marketSearchSchema } from '../regions/search'
import { compareAlignmentsSchema, territoriesSearchSchema } from '../territories/search'
import { Crash, NotFound } from './Fallbacks'
import {
  accountsSearchSchema,
  parseSearch,
  plansSearchSchema,
  signInSearchSchema,
  stringifySearch,
  tasksSearchSchema,
} from './search'

type Context = { queryClient: QueryClient }

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: () => (
    <main>
      <NotFound />
    </main>
  ),
  errorComponent: Crash,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearchSchema,
  component: lazyRouteComponent(() => import('../signin/SignInPage'), 'SignInPage'),
})

/** Every page that needs someone to be signed in; who is not goes to sign-in and comes back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      const [me] = await Promise.all([
        context.queryClient.ensureQueryData(meQuery),
        showLanguage(shownLanguage()), // all of its texts
      ])
      const language = me.user.language ?? me.organisation.language
      if (isLanguage(language)) await showLanguage(language)
    } catch (error) {
      if (isProblem(error, 'unauthenticated'))
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } })
      throw error
    }
  },
  component: lazyRouteComponent(() => import('./Shell'), 'Shell'),
  errorComponent: Crash,
})

/** Where a map begins is asked for while the map itself is on its way. */
const askForExtent = ({ context }: { context: Context }) =>
  void context.queryClient.prefetchQuery(extractQuery)

const map = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: accountsSearchSchema,
  component: lazyRouteComponent(() => import('../explore/MapPage'), 'MapPage'),
  loader: askForExtent,
})

const accounts = createRoute({
  getParentRoute: () => signedIn,
  path: '/accounts',
  validateSearch: accountsSearchSchema,
  component: lazyRouteComponent(() => import('../accounts/AccountsPage'), 'AccountsPage'),
})

const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/accounts/$id',
  component: lazyRouteComponent(() => import('../accounts/AccountPage'), 'AccountPage'),
})

const plans = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans',
  validateSearch: plansSearchSchema,
  component: lazyRouteComponent(() => import('../plan'), 'PlansPage'),
})

const plan = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans/$id',
  component: lazyRouteComponent(() => import('../plan'), 'PlanEntry'),
})

const newPeriod = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans/new',
  validateSearch: newPeriodSearchSchema,
  component: lazyRouteComponent(() => import('../board'), 'NewPeriodPage'),
})

const comparePlans = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans/compare',
  validateSearch: compareSearchSchema,
  component: lazyRouteComponent(() => import('../board'), 'ComparePage'),
})

const regions = createRoute({
  getParentRoute: () => signedIn,
  path: '/regions',
  validateSearch: marketSearchSchema,
  component: lazyRouteComponent(() => import('../regions'), 'RegionsPage'),
  loader: askForExtent,
})

const territories = createRoute({
  getParentRoute: () => signedIn,
  path: '/territories',
  validateSearch: territoriesSearchSchema,
  component: lazyRouteComponent(() => import('../territories'), 'TerritoriesPage'),
  loader: askForExtent,
})

const compareAlignments = createRoute({
  getParentRoute: () => signedIn,
  path: '/territories/compare',
  validateSearch: compareAlignmentsSchema,
  component: lazyRouteComponent(() => import('../territories/ComparePage'), 'CompareAlignmentsPage'),
})

const segments = createRoute({
  getParentRoute: () => signedIn,
  path: '/segments',
  component: lazyRouteComponent(() => import('../segments'), 'SegmentsPage'),
})

const segment = createRoute({
  getParentRoute: () => signedIn,
  path: '/segments/$id',
  component: lazyRouteComponent(() => import('../segments'), 'SegmentPage'),
})

const tasks = createRoute({
  getParentRoute: () => signedIn,
  path: '/tasks',
  validateSearch: tasksSearchSchema,
  component: lazyRouteComponent(() => import('../tasks/TasksPage'), 'TasksPage'),
})

const dataPage = createRoute({
  getParentRoute: () => signedIn,
  path: '/data',
  beforeLoad: () => {
    throw redirect({ to: '/data/imports' })
  },
})

const imports = createRoute({
  getParentRoute: () => signedIn,
  path: '/data/imports',
  component: lazyRouteComponent(() => import('../imports'), 'ImportsPage'),
})

const importOne = createRoute({
  getParentRoute: () => signedIn,
  path: '/data/imports/$id',
  component: lazyRouteComponent(() => import('../imports'), 'ImportPage'),
})

const placesToCheck = createRoute({
  getParentRoute: () => signedIn,
  path: '/data/places',
  component: lazyRouteComponent(() => import('../quality'), 'RepairPage'),
})

const duplicates = createRoute({
  getParentRoute: () => signedIn,
  path: '/data/duplicates',
  component: lazyRouteComponent(() => import('../quality'), 'DuplicatesPage'),
})

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/SettingsPage'), 'SettingsPage'),
})

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/audit',
  component: lazyRouteComponent(() => import('../settings/AuditPage'), 'AuditPage'),
})

const routeTree = root.addChildren([
  signIn,
  signedIn.addChildren([
    map,
    accounts,
    account,
    plans,
    plan,
    newPeriod,
    comparePlans,
    regions,
    territories,
    compareAlignments,
    segments,
    segment,
    tasks,
    dataPage,
    imports,
    importOne,
    placesToCheck,
    duplicates,
    settings,
    audit,
  ]),
])

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  })
}

/** Loads the code of the page that the address names, without asking whether it may be seen. */
export function loadPageOf(router: ReturnType<typeof makeRouter>) {
  for (const match of router.matchRoutes(router.latestLocation)) {
    const route = router.routesById[match.routeId as keyof typeof router.routesById]
    // What fails is loaded again when the page is shown, and said there.
    void router.loadRouteChunk(route)?.catch(() => undefined)
  }
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
