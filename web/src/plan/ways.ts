/** Ways to travel, and how far their roads are prepared. */
import { IconBike, IconCar, IconTruck, IconWalk } from '@tabler/icons-react'
import { queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Answer } from '../api/types'

export type Roads = NonNullable<Answer<'listRoads'>['items']>[number]
export type Profile = Roads['profile']

export const profiles: Profile[] = ['car', 'van', 'bicycle', 'foot']

export const profileIcons = { car: IconCar, van: IconTruck, bicycle: IconBike, foot: IconWalk } as const

/** Server-sent events renew this; while something is made it is asked for too, in case they do not arrive. */
export const roadsQuery = queryOptions({
  queryKey: ['roads'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/roads', { signal }))).items ?? [],
  refetchInterval: (query) =>
    query.state.data?.some(({ state }) => state === 'queued' || state === 'running') ? 2000 : false,
})

export const prepareRoads = async (profile: Profile, byHour: boolean) =>
  (await call(api.POST('/api/roads', { body: { profile, byHour } }))).items ?? []

/** The roads that a profile needs; the hour means nothing to bicycles and feet. */
export const roadsOf = (all: Roads[], profile: Profile, byHour: boolean): Roads | undefined =>
  all.find((roads) => roads.profile === profile && roads.byHour === byHour) ??
  all.find((roads) => roads.profile === profile && !roads.byHour)

/** How somebody travels on a day, and where the clock of that day is read. */
export type WayOfDay = { profile: Profile; byHour: boolean; timeZone: string }

/** The time of the day at which a drive sets out, HH:MM, where that matters. */
export const clockOf = ({ byHour, timeZone }: WayOfDay, moment: string): string | undefined =>
  byHour
    ? new Intl.DateTimeFormat('en-GB', {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone,
      }).format(new Date(moment))
    : undefined
