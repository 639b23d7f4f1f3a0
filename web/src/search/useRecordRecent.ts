/** Remembers each account whose page is opened, once its name is known. */
import { useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { accountQuery, addressOf } from '../accounts/queries'
import { useMe } from '../api/queries'
import { addRecent } from './recent'

export function useRecordRecent() {
  const me = useMe()
  const id = useLocation({
    select: ({ pathname }) => Number(/^\/accounts\/([1-9]\d*)$/.exec(pathname)?.[1] ?? 0),
  })
  // The page itself asks for it; this only listens.
  const { data } = useQuery({ ...accountQuery(id), enabled: false })
  useEffect(() => {
    if (!data || data.id !== id) return
    const site = data.sites.find((s) => s.isPrimary) ?? data.sites[0]
    addRecent(me.user.id, { id, name: data.name, detail: site ? addressOf(site) : '' })
  }, [data, id, me.user.id])
}
