import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import type { Answer, Body } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'

export type Activity = Answer<'getActivity'>
export type TimelineItem = Answer<'listTimeline'>['items'][number]
export type Change = Answer<'listAccountHistory'>['items'][number]
export type InboxItem = Answer<'getInbox'>['items'][number]
export type ActivityKind = Body<'createActivity'>['kind']
export type TimelineKind = TimelineItem['kind']
export type TaskState = 'overdue' | 'today' | 'upcoming' | 'done'

export const activityKinds = ['note', 'call', 'mail', 'meeting', 'visit', 'task'] as const
export const timelineKinds = [...activityKinds, 'change', 'import'] as const

export const timelineQuery = (account: number, kinds: readonly TimelineKind[], personId: number) =>
  infiniteQueryOptions({
    queryKey: ['timeline', account, kinds, personId],
    queryFn: ({ signal, pageParam }) =>
      call(
        api.GET('/api/accounts/{id}/timeline', {
          params: {
            path: { id: account },
            query: {
              ...(kinds.length > 0 ? { kind: [...kinds] } : {}),
              ...(personId ? { personId } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const historyQuery = (account: number) =>
  infiniteQueryOptions({
    queryKey: ['history', account],
    queryFn: ({ signal, pageParam }) =>
      call(
        api.GET('/api/accounts/{id}/history', {
          params: { path: { id: account }, query: pageParam ? { cursor: pageParam } : {} },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const inboxQuery = infiniteQueryOptions({
  queryKey: ['inbox', 'list'],
  queryFn: ({ signal, pageParam }) =>
    call(api.GET('/api/inbox', { params: { query: pageParam ? { cursor: pageParam } : {} }, signal })),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
})

/** How much is unread, for the mark in the navigation. */
export const unreadQuery = queryOptions({
  queryKey: ['inbox', 'unread'],
  queryFn: async ({ signal }) =>
    (await call(api.GET('/api/inbox', { params: { query: { limit: 1 } }, signal }))).unread,
  staleTime: 60_000,
})

export const tasksQuery = (state: TaskState, assigneeId: number) =>
  infiniteQueryOptions({
    queryKey: ['tasks', 'list', state, assigneeId],
    queryFn: ({ signal, pageParam }) =>
      call(
        api.GET('/api/tasks', {
          params: {
            query: {
              state,
              ...(assigneeId ? { assigneeId } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const taskCountsQuery = queryOptions({
  queryKey: ['tasks', 'counts'],
  queryFn: ({ signal }) => call(api.GET('/api/tasks/counts', { signal })),
  staleTime: 60_000,
})

/** Renews what shows an activity. */
export function renewActivities(queryClient: QueryClient, accountId?: number | null) {
  for (const key of accountId
    ? [
        ['timeline', accountId],
        ['history', accountId],
      ]
    : [['timeline'], ['history']])
    void queryClient.invalidateQueries({ queryKey: key })
  void queryClient.invalidateQueries({ queryKey: ['tasks'] })
}

/** Writes, changes, completes and removes activities; what is taken away can be brought back. */
export function useActivities() {
  const { t } = useTranslation('timeline')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const done = {
    onSuccess: (activity: Activity) => {
      renewActivities(queryClient, activity.accountId)
      if (activity.kind === 'visit' && activity.accountId)
        void queryClient.invalidateQueries({ queryKey: ['account', activity.accountId] })
    },
    onError: (error: Error) => {
      if (isProblem(error, 'conflict')) renewActivities(queryClient)
      toastError(problemText(error))
    },
  }
  const create = useMutation({
    ...done,
    mutationFn: (body: Body<'createActivity'>) => call(api.POST('/api/activities', { body })),
  })
  const update = useMutation({
    ...done,
    mutationFn: ({ id, ...body }: Body<'updateActivity'> & { id: number }) =>
      call(api.PATCH('/api/activities/{id}', { params: { path: { id } }, body })),
  })
  const comment = useMutation({
    ...done,
    mutationFn: ({ id, body }: { id: number; body: string }) =>
      call(api.POST('/api/activities/{id}/comments', { params: { path: { id } }, body: { body } })),
  })
  const restore = useMutation({
    ...done,
    mutationFn: (id: number) => call(api.POST('/api/activities/{id}/restore', { params: { path: { id } } })),
  })
  const remove = useMutation({
    mutationFn: async (activity: Activity) => {
      await call(api.DELETE('/api/activities/{id}', { params: { path: { id: activity.id } } }))
      return activity
    },
    onError: done.onError,
    onSuccess: (activity) => {
      done.onSuccess(activity)
      toast(t('removed'), () => restore.mutate(activity.id))
    },
  })
  const reopen = useMutation({
    ...done,
    mutationFn: (id: number) => call(api.POST('/api/tasks/{id}/reopen', { params: { path: { id } } })),
  })
  const complete = useMutation({
    mutationFn: (id: number) => call(api.POST('/api/tasks/{id}/complete', { params: { path: { id } } })),
    onError: done.onError,
    onSuccess: (activity) => {
      done.onSuccess(activity)
      toast(t('task.completed', { subject: activity.subject }), () => reopen.mutate(activity.id))
    },
  })
  return { create, update, comment, remove, complete, reopen }
}
