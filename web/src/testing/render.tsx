import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { meQuery } from '../api/queries'
import { cssVariables, theme } from '../app/theme'
import { startI18n } from '../i18n'
import { aMe } from './fixtures'

/** Renders as the application does, in English, signed in as Rosa; without the router. */
export async function renderSignedIn(
  children: ReactNode,
  me = aMe(),
  queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } }),
) {
  await startI18n('en')
  queryClient.setQueryData(meQuery.queryKey, me)
  const view = render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} env="test">
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </MantineProvider>,
  )
  return { ...view, queryClient }
}
