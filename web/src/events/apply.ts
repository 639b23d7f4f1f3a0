/** What the cache does when the server tells of a change. */
import type { QueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { meQuery } from '../api/queries'
import type { Account, Plan } from '../api/types'
import type { Import } from '../imports/queries'
import { tellDays } from '../plan/publishedDays'

export const eventNames = [
  'plan',
  'account',
  'accounts',
  'import',
  'duplicates',
  'batch',
  'extract',
  'timeline',
  'inbox',
  'days',
  'alignment',
  'roads',
] as const
export type EventName = (typeof eventNames)[number]

const planEvent = z.object({
  id: z.number(),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']).optional(),
  progress: z.number().optional(),
})
const timelineEvent = z.object({
  id: z.number(),
  accountId: z.number().nullish(),
  task: z.boolean().optional(),
})
const inboxEvent = z.object({ userId: z.number().optional() })
const importEvent = z.object({
  id: z.number(),
  state: z.string().optional(),
  stage: z.custom<Import['stage']>((v) => typeof v === 'string').optional(),
  progress: z.number().optional(),
})
const alignmentEvent = z.object({ id: z.number(), version: z.number().optional() })
const accountEvent = z.object({ id: z.number(), version: z.number().optional() })

function parse<T>(schema: z.ZodType<T>, data: string): T | null {
  try {
    return schema.parse(JSON.parse(data))
  } catch {
    return null // an event of a newer server: what it means is asked for below
  }
}

/**
 * Query keys that features use: ['plan', id], ['plans'], ['account', id], ['accounts', …],
 * ['regions', …], ['selection', …], ['prospects', …], ['extract'], ['due', …].
 */
export function applyServerEvent(queryClient: QueryClient, name: EventName, data: string) {
  const renew = (...key: unknown[]) => void queryClient.invalidateQueries({ queryKey: key })
  if (name === 'plan') {
    const event = parse(planEvent, data)
    if (event?.state === 'running' || event?.state === 'queued') {
      // Progress is in the event: no request for every step.
      queryClient.setQueryData<Plan>(
        ['plan', event.id],
        (plan) =>
          plan && { ...plan, state: event.state ?? plan.state, progress: event.progress ?? plan.progress },
      )
      return
    }
    renew(...(event ? ['plan', event.id] : ['plan']))
    renew('plans')
  } else if (name === 'batch') {
    renew('batch')
  } else if (name === 'roads') {
    renew('roads')
  } else if (name === 'account') {
    const event = parse(accountEvent, data)
    const known = event && queryClient.getQueryData<Account>(['account', event.id])
    // One's own write comes back as an event; it is already here.
    if (!event || !known || known.version !== event.version)
      renew(...(event ? ['account', event.id] : ['account']))
    for (const key of ['accounts', 'regions', 'selection', 'due']) renew(key)
    for (const key of ['timeline', 'history']) renew(...(event ? [key, event.id] : [key]))
  } else if (name === 'timeline') {
    const event = parse(timelineEvent, data)
    for (const key of ['timeline', 'history']) renew(...(event?.accountId ? [key, event.accountId] : [key]))
    if (!event || event.task) renew('tasks')
  } else if (name === 'inbox') {
    const event = parse(inboxEvent, data)
    const me = queryClient.getQueryData(meQuery.queryKey)
    if (!event?.userId || event.userId === me?.user.id) renew('inbox')
  } else if (name === 'days') {
    tellDays(queryClient, data)
    renew('plans')
    renew('plan')
  } else if (name === 'import') {
    const event = parse(importEvent, data)
    const known = event && queryClient.getQueryData<Import>(['import', event.id])
    if (event && known && known.state === event.state && event.progress !== undefined) {
      queryClient.setQueryData<Import>(['import', event.id], {
        ...known,
        stage: event.stage ?? known.stage,
        progress: event.progress,
      })
      return
    }
    renew(...(event ? ['import', event.id] : ['import']))
    renew('imports')
  } else if (name === 'alignment') {
    const event = parse(alignmentEvent, data)
    const known = event && queryClient.getQueryData<{ version: number }>(['alignment', event.id, 'full'])
    // One's own change is already here. The ground follows its alignment (territories/useEdits).
    if (!event || !known || known.version !== event.version) {
      renew(...(event ? ['alignment', event.id, 'full'] : ['alignment']))
      if (event) renew('alignment', event.id, 'comments')
    }
    renew('alignments')
  } else if (name === 'duplicates') {
    renew('duplicates')
  } else if (name === 'accounts') {
    // Many at once.
    for (const key of ['account', 'accounts', 'regions', 'selection', 'due', 'timeline', 'history'])
      renew(key)
  } else {
    void queryClient.invalidateQueries()
  }
}
