/** The view that the list shows: found by the address, with the layout that was changed since. */
import { useLocalStorage } from '@mantine/hooks'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Layout } from '../accounts/columns'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import { useProblemText } from '../app/problemText'
import type { AccountsSearch } from '../app/search'
import { toast, toastError } from '../app/toast'
import type { View } from '../filters/types'
import {
  type AnyView,
  addressOfView,
  type contentOf,
  isChanged,
  isLinkToView,
  layoutOf,
  viewOf,
} from './view'

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: async ({ signal }) => ((await call(api.GET('/api/views', { signal }))).items ?? []) as View[],
  staleTime: 60_000,
})

const nothing: View[] = []

/** Layouts that were changed and not saved, by view; kept in this browser. */
const keptLayouts = 'waymark-layouts'

export function useView(
  search: AccountsSearch,
  change: (part: Partial<AccountsSearch>, replace?: boolean) => void,
) {
  const { data, error, isPending } = useQuery(viewsQuery)
  const saved = data ?? nothing
  const view = useMemo(() => viewOf(search.view, saved), [search.view, saved])
  const [layouts, setLayouts] = useLocalStorage<Record<string, Layout>>({
    key: keptLayouts,
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const layout = layouts[view.key] ?? layoutOf(view)

  const setLayout = useCallback(
    (next: Layout) => setLayouts((known) => ({ ...known, [view.key]: next })),
    [setLayouts, view.key],
  )
  const forget = useCallback(
    (key: string) =>
      setLayouts((known) => Object.fromEntries(Object.entries(known).filter(([name]) => name !== key))),
    [setLayouts],
  )
  const open = useCallback((to: AnyView) => change(addressOfView(to), false), [change])
  const reset = useCallback(() => {
    forget(view.key)
    change({ ...addressOfView(view), lon: search.lon, lat: search.lat, zoom: search.zoom }, false)
  }, [forget, view, change, search.lon, search.lat, search.zoom])

  // A link that names a view and nothing else opens it; the address then says all of it.
  const followed = useRef(false)
  const link = isLinkToView(search)
  useEffect(() => {
    if (followed.current || isPending) return
    followed.current = true
    if (link) {
      const { lon, lat, zoom, ...rest } = addressOfView(view)
      change(search.zoom === undefined ? { ...rest, lon, lat, zoom } : rest)
    }
  }, [isPending, link, view, change, search.zoom])

  return {
    view,
    saved,
    error,
    layout,
    setLayout,
    forget,
    open,
    reset,
    changed: !isPending && isChanged(view, search, layout),
  }
}

export type NewView = Pick<View, 'name' | 'shared'> & ReturnType<typeof contentOf>

export function useViewChanges() {
  const { t } = useTranslation('lists')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const renew = () => queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey })
  const adopt = (view: View) =>
    queryClient.setQueryData(viewsQuery.queryKey, (known: View[] | undefined) => [
      ...(known ?? []).filter((v) => v.id !== view.id),
      view,
    ])
  const onError = (error: unknown) => {
    void renew()
    toastError(isProblem(error, 'conflict') ? t('view.conflict') : problemText(error))
  }
  const create = useMutation({
    mutationFn: async (body: NewView) =>
      (await call(api.POST('/api/views', { body: { ...body, object: 'accounts' } }))) as View,
    onSuccess: (view) => {
      adopt(view)
      toast(t('view.made', { name: view.name }))
    },
    onError,
  })
  const update = useMutation({
    mutationFn: async ({ view, change: { filter, ...change } }: { view: View; change: Partial<NewView> }) =>
      (await call(
        api.PATCH('/api/views/{id}', {
          params: { path: { id: view.id } },
          body: {
            ...change,
            // None at all is a group of nothing: a missing filter would leave it as it was.
            ...(filter === undefined ? {} : { filter: filter ?? { all: [] } }),
            version: view.version,
          },
        }),
      )) as View,
    onSuccess: (view) => {
      adopt(view)
      toast(t('view.saved', { name: view.name }))
    },
    onError,
  })
  const remove = useMutation({
    mutationFn: (view: View) => call(api.DELETE('/api/views/{id}', { params: { path: { id: view.id } } })),
    onSuccess: (_, view) => {
      queryClient.setQueryData(viewsQuery.queryKey, (known: View[] | undefined) =>
        (known ?? []).filter((v) => v.id !== view.id),
      )
      const { name, shared, filter, sort, columns, widths, map } = view
      toast(t('view.removed', { name }), () =>
        create.mutate({ name, shared, filter, sort, columns, widths: widths ?? {}, map: map ?? {} }),
      )
    },
    onError,
  })
  return { create, update, remove }
}
