import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/global.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { meQuery } from './api/queries'
import { makeQueryClient } from './api/queryClient'
import { loadPageOf, makeRouter } from './app/router'
import { cssVariables, theme } from './app/theme'
import { startI18n } from './i18n'

const colorScheme = localStorageColorSchemeManager({ key: 'waymark-scheme' })

async function start() {
  const queryClient = makeQueryClient(() => {
    // The session ended while a page was open: sign in again, then come back to it.
    if (router.state.location.pathname === '/sign-in') return
    // Who was never signed in is sent to sign-in by the route itself: to invalidate it then
    // would cancel that, and begin again without end.
    if (!queryClient.getQueryData(meQuery.queryKey)) return
    queryClient.removeQueries({ queryKey: meQuery.queryKey })
    void router.invalidate()
  })
  const router = makeRouter(queryClient)
  // Who is signed in gets the code of the page while the texts are on their way; who is not
  // is told so by the route, and loads no more than the sign-in.
  if (router.latestLocation.pathname !== '/sign-in')
    queryClient.fetchQuery(meQuery).then(
      () => loadPageOf(router),
      () => undefined,
    )
  await startI18n(undefined, 'first')

  const element = document.getElementById('root')
  if (!element) throw new Error('index.html has no element #root')
  createRoot(element).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorScheme}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}

void start()
