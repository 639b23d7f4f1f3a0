/** A day that goes otherwise than planned: what has happened so far, and what that changes. */
import { queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Body, Plan, Stop, Unplanned } from '../api/types'

export type Repair = Body<'previewRepair'>

export const previewRepairQuery = (id: number, version: number, body: Repair | null) =>
  queryOptions({
    queryKey: ['plan-repair', id, version, body],
    queryFn: ({ signal }) =>
      call(
        api.POST('/api/plans/{id}/repair/preview', {
          params: { path: { id } },
          body: body as Repair,
          signal,
        }),
      ),
    enabled: body !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })

export const repairPlan = (id: number, version: number, body: Repair) =>
  call(api.POST('/api/plans/{id}/repair', { params: { path: { id } }, body: { version, ...body } }))

export const undoRepair = (id: number, version: number) =>
  call(api.POST('/api/plans/{id}/repair/undo', { params: { path: { id } }, body: { version } }))

/** HH:MM of a moment in a zone. */
export const clockIn = (moment: Date, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    moment,
  )

/**
 * Where one begins: now, on the day itself, within working hours; else when work begins. Stops
 * that should be over by then are taken for made.
 */
export function begin(plan: Plan, today: string, now: Date): { at: string; done: number[] } {
  const { workStart, workEnd } = plan.request
  const first = workStart ?? '08:00'
  const clock = plan.day === today ? clockIn(now, plan.timeZone) : first
  const at = clock < first ? first : workEnd && clock >= workEnd ? first : clock
  const made = (plan.route?.stops ?? []).filter(
    (stop) => stop.done || (plan.day === today && clock === at && Date.parse(stop.leavesAt) <= now.getTime()),
  )
  return { at, done: made.map((stop) => stop.siteId) }
}

export type Change =
  | { kind: 'stop'; stop: Stop; before: Stop | null; later: number }
  | { kind: 'out'; visit: Unplanned; before: Stop | null }

/** The rest of the day as it would be, beside what it was; `later` in minutes. */
export function changes(before: Plan, after: Plan): Change[] {
  const was = new Map((before.route?.stops ?? []).map((stop) => [stop.siteId, stop]))
  const out = new Map(before.unplanned.map((visit) => [visit.siteId, visit.reason]))
  const minutes = (a: string, b: string) => Math.round((Date.parse(a) - Date.parse(b)) / 60_000)
  return [
    ...(after.route?.stops ?? [])
      .filter((stop) => !stop.done)
      .map((stop): Change => {
        const old = was.get(stop.siteId) ?? null
        return { kind: 'stop', stop, before: old, later: old ? minutes(stop.arrivesAt, old.arrivesAt) : 0 }
      }),
    // What was left out before for the same reason is no news.
    ...after.unplanned
      .filter((visit) => was.has(visit.siteId) || out.get(visit.siteId) !== visit.reason)
      .map((visit): Change => ({ kind: 'out', visit, before: was.get(visit.siteId) ?? null })),
  ]
}
