import { useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import { useSignOut } from '../signin/useSignOut'
import { addressOfView, builtinView } from '../views/view'

export type Command = { label: string; run: () => void }

/** What can be done from anywhere, as far as the role may. */
export function useCommands(): Command[] {
  const { t } = useTranslation(['accounts', 'common'])
  const navigate = useNavigate()
  const { setColorScheme } = useMantineColorScheme()
  const mayPlan = useMay('plans.write')
  const mayRegions = useMay('regions.read')
  const mayImport = useMay('accounts.import')
  const signOut = useSignOut()
  const view = (key: 'mine' | 'overdue' | 'never') => () =>
    void navigate({ to: '/accounts', search: addressOfView(builtinView(key)) })
  return [
    { label: t('command.map'), run: () => void navigate({ to: '/' }) },
    { label: t('command.accounts'), run: () => void navigate({ to: '/accounts' }) },
    { label: t('command.mine'), run: view('mine') },
    { label: t('command.overdue'), run: view('overdue') },
    { label: t('command.never'), run: view('never') },
    { label: t('command.segments'), run: () => void navigate({ to: '/segments' }) },
    { label: t('command.tasks'), run: () => void navigate({ to: '/tasks' }) },
    ...(mayPlan ? [{ label: t('command.plan'), run: () => void navigate({ to: '/plans' }) }] : []),
    ...(mayRegions ? [{ label: t('command.regions'), run: () => void navigate({ to: '/regions' }) }] : []),
    ...(mayImport
      ? [{ label: t('command.imports'), run: () => void navigate({ to: '/data/imports' }) }]
      : []),
    { label: t('command.settings'), run: () => void navigate({ to: '/settings' }) },
    { label: t('command.light'), run: () => setColorScheme('light') },
    { label: t('command.dark'), run: () => setColorScheme('dark') },
    { label: t('common:action.signOut'), run: signOut },
  ]
}
