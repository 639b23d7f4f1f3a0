/** Says to a rep that their days were published or taken back by somebody else. */
import type { QueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { meQuery } from '../api/queries'
import { toast } from '../app/toast'
import { i18next } from '../i18n'

const daysEvent = z.object({
  planId: z.number(),
  repIds: z.array(z.number()),
  by: z.number(),
  from: z.string(),
  to: z.string(),
  published: z.boolean(),
})

export function tellDays(queryClient: QueryClient, data: string) {
  let event: z.infer<typeof daysEvent>
  try {
    event = daysEvent.parse(JSON.parse(data))
  } catch {
    return // of a newer server: the lists are read again all the same
  }
  const me = queryClient.getQueryData(meQuery.queryKey)?.user.id
  if (me === undefined || event.by === me || !event.repIds.includes(me)) return
  const day = (date: string) =>
    new Intl.DateTimeFormat(i18next.language, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
      new Date(`${date}T12:00:00Z`),
    )
  toast(
    i18next.t(event.published ? 'plan:days.published' : 'plan:days.withdrawn', {
      from: day(event.from),
      to: day(event.to),
    }),
  )
}
