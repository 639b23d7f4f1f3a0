import { useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import { useSignOut } from '../signin/useSignOut'

export type Command = { label: string; kind: 'go' | 'theme'; run: () => void }

/** What can be done from anywhere, as far as the role may. */
export function useCommands(): Command[] {
  const { t } = useTranslation(['accounts', 'common'])
  const navigate = useNavigate()
  const { setColorScheme } = useMantineColorScheme()
  const mayPlan = useMay('plans.write')
  const mayRegions = useMay('regions.read')
  const signOut = useSignOut()
  return [
    { label: t('command.map'), kind: 'go', run: () => void navigate({ to: '/' }) },
    { label: t('command.accounts'), kind: 'go', run: () => void navigate({ to: '/accounts' }) },
    {
      label: t('command.overdue'),
      kind: 'go',
      run: () => void navigate({ to: '/accounts', search: { coverage: ['overdue'], sort: 'dueOn' } }),
    },
    ...(mayPlan
      ? [{ label: t('command.plan'), kind: 'go' as const, run: () => void navigate({ to: '/plans' }) }]
      : []),
    ...(mayRegions
      ? [{ label: t('command.regions'), kind: 'go' as const, run: () => void navigate({ to: '/regions' }) }]
      : []),
    { label: t('command.settings'), kind: 'go', run: () => void navigate({ to: '/settings' }) },
    { label: t('command.light'), kind: 'theme', run: () => setColorScheme('light') },
    { label: t('command.dark'), kind: 'theme', run: () => setColorScheme('dark') },
    { label: t('common:action.signOut'), kind: 'go', run: signOut },
  ]
}
