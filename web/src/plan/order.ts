/** The order of a route's stops: changes to it, and undo as a list and an index. */
import type { Plan } from '../api/types'

export const orderOf = (plan: Plan): number[] => (plan.route?.stops ?? []).map((stop) => stop.siteId)

export function moved(order: number[], siteId: number, to: number): number[] {
  const without = order.filter((id) => id !== siteId)
  if (without.length === order.length) return order
  return [...without.slice(0, to), siteId, ...without.slice(to)]
}

export const removed = (order: number[], siteId: number) => order.filter((id) => id !== siteId)

/** Puts a visit where it lengthens the tour least, by the distance as the crow flies; the server knows the roads. */
export function inserted(plan: Plan, siteId: number): number[] {
  const order = orderOf(plan)
  const visit = plan.unplanned.find((u) => u.siteId === siteId)
  if (!visit || order.includes(siteId)) return order
  const stops = plan.route?.stops ?? []
  const places = [
    plan.route?.startPoint ?? null,
    ...stops.map((stop) => stop.point),
    plan.route?.endPoint ?? plan.route?.startPoint ?? null,
  ]
  let best = stops.length
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i <= stops.length; i++) {
    const [before, after] = [places[i], places[i + 1]]
    const detour =
      (before ? far(before, visit.point) : 0) +
      (after ? far(visit.point, after) : 0) -
      (before && after ? far(before, after) : 0)
    if (detour < least) {
      least = detour
      best = i
    }
  }
  return [...order.slice(0, best), siteId, ...order.slice(best)]
}

const far = (a: number[], b: number[]) => {
  const [ax = 0, ay = 0] = a
  const [bx = 0, by = 0] = b
  return Math.hypot((bx - ax) * Math.cos(((ay + by) * Math.PI) / 360), by - ay)
}

/** The plan as it will be but for its times: stops in the new order, what is left out among the unplanned. */
export function reordered(plan: Plan, order: number[]): Plan {
  if (!plan.route) return plan
  const known = new Map(plan.route.stops.map((stop) => [stop.siteId, stop]))
  const stops = order.flatMap((siteId, i) => {
    const stop = known.get(siteId)
    return stop ? [{ ...stop, position: i + 1, violation: '' }] : []
  })
  const out = plan.route.stops.filter((stop) => !order.includes(stop.siteId))
  return {
    ...plan,
    route: { ...plan.route, stops },
    unplanned: [
      ...plan.unplanned.filter((visit) => !order.includes(visit.siteId)),
      ...out.map(({ accountId, siteId, name, class: classOf, point, address }) => ({
        accountId,
        siteId,
        name,
        class: classOf,
        point,
        address,
        reason: 'removed_by_hand',
        detail: { detourSeconds: 0, displacesName: '', displacesSite: 0, openingHours: '', overSeconds: 0 },
      })),
    ],
  }
}

/** Orders that were shown, and which of them is now. */
export type History = { orders: number[][]; index: number }

export const noHistory: History = { orders: [], index: -1 }

export const same = (a: number[], b: number[]) => a.length === b.length && a.every((id, i) => id === b[i])

/** A new order: what could be redone is forgotten. */
export function recorded(history: History, before: number[], after: number[]): History {
  const known = history.index >= 0 ? history.orders.slice(0, history.index + 1) : [before]
  const base = same(known.at(-1) ?? [], before) ? known : [...known, before]
  if (same(before, after)) return { orders: base, index: base.length - 1 }
  return { orders: [...base, after], index: base.length }
}

export const canUndo = (history: History) => history.index > 0
export const canRedo = (history: History) => history.index < history.orders.length - 1

export function stepped(history: History, by: -1 | 1): { history: History; order: number[] | null } {
  const index = history.index + by
  const order = history.orders[index]
  return order ? { history: { ...history, index }, order } : { history, order: null }
}
