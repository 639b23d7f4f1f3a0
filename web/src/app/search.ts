/**
 * What the address bar holds, in one place.
 *
 * filter   q, status, class, ownerId, teamId, tag, coverage, archived, within, cells, reach   the same names as the API
 *          filter                  a tree of conditions as JSON (filters/tree.ts)
 *          reachOf                 the account at whose place the drive-time area begins
 * order    sort
 * map      lon, lat, zoom          where the map looks
 *          sel                     what is selected: a12 = account 12, p7 = open prospect 7
 *          inView                  the list shows only what the map shows
 *          layer                   what the map shows: accounts or regions
 *          colour                  the custom field whose colours the points have
 * list     view                    the saved view that the rest began with
 *          show                    list, map or both
 * plan     siteIds, repId, day     the visits that a new plan starts with
 *
 * Lists are repeated keys (status=prospect&status=customer), so that addresses can be
 * read and written by hand; only the tree, which has no such form, is JSON. What is not understood is dropped:
 * a bad address opens the page without that filter, not an error.
 */
import { z } from 'zod'
import { countConditions, parseFilter } from '../filters/tree'
import { reachOf } from './reach'

export const statuses = ['prospect', 'customer', 'former'] as const
export const classes = ['A', 'B', 'C'] as const
export const coverages = ['never', 'on_track', 'due', 'overdue'] as const

export type Status = (typeof statuses)[number]
export type AccountClass = (typeof classes)[number]
export type Coverage = (typeof coverages)[number]
/** The key of a field that can be sorted by, with a minus in front for downwards. */
export type Sort = string

const asArray = (value: unknown) => (value === undefined ? undefined : Array.isArray(value) ? value : [value])

/** A list whose bad members are dropped; an empty list is no list. */
function manyOf<T>(member: z.ZodType<T>) {
  return z
    .preprocess(
      asArray,
      z
        .array(z.unknown())
        .transform((values) => {
          const good = values.flatMap((value) => {
            const parsed = member.safeParse(value)
            return parsed.success ? [parsed.data] : []
          })
          return good.length > 0 ? [...new Set(good)] : undefined
        })
        .optional(),
    )
    .catch(undefined)
}

const one = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined)
const text = z.string().trim().min(1).max(200)
const id = z.coerce.number().int().min(1)
const sort = z.string().regex(/^-?[a-z][\w.-]{0,79}$/i)
const flag = z.union([z.literal(true), z.literal('true'), z.literal('1')]).transform(() => true as const)

/** A polygon ring as the API wants it: `lon,lat lon,lat …`, 3 to 500 vertices. */
const ring = z.string().regex(/^(-?\d+(\.\d+)?,-?\d+(\.\d+)?)( -?\d+(\.\d+)?,-?\d+(\.\d+)?){2,499}$/)

/** Hexagons as the API wants them, separated by commas; so many as a stored filter takes. */
const cells = z.string().regex(/^8[0-9a-f]{14}(,8[0-9a-f]{14}){0,499}$/)

/** A drive-time area as the API wants it: `lon,lat,minutes`. */
const reach = z.string().refine((text) => reachOf(text) !== null)

export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

export const filterSchema = z.object({
  q: one(text),
  status: manyOf(z.enum(statuses)),
  class: manyOf(z.enum(classes)),
  ownerId: manyOf(z.coerce.number().int().min(0)),
  teamId: one(id),
  tag: manyOf(text),
  coverage: manyOf(z.enum(coverages)),
  archived: one(flag),
  within: one(ring),
  cells: one(cells),
  reach: one(reach),
  filter: one(z.string().refine((text) => parseFilter(text) !== null)),
})

/** Which accounts: the API's filter, without the box of the map. */
export type AccountFilter = z.output<typeof filterSchema>

export const viewSchema = z.object({
  lon: one(z.coerce.number().min(-180).max(180)),
  lat: one(z.coerce.number().min(-90).max(90)),
  zoom: one(z.coerce.number().min(0).max(24)),
  sel: one(z.string().regex(/^[ap][1-9]\d*$/)),
})

export const accountsSearchSchema = filterSchema.extend(viewSchema.shape).extend({
  sort: one(sort),
  inView: one(flag),
  layer: one(z.enum(['accounts', 'regions'])),
  colour: one(z.string().regex(/^custom\.[a-z][a-z0-9_]{0,39}$/)),
  show: one(z.enum(['list', 'map', 'both'])),
  view: one(z.string().regex(/^(?:\d{1,15}|all|mine|overdue|never)$/)),
  reachOf: one(id),
})
export type AccountsSearch = z.output<typeof accountsSearchSchema>

export const plansSearchSchema = z.object({
  siteIds: manyOf(id),
  repId: one(id),
  day: one(day),
})
export type PlansSearch = z.output<typeof plansSearchSchema>

/** Which part of the tasks is shown; without one the tasks themselves. */
export const tasksSearchSchema = z.object({ view: z.enum(['inbox']).optional().catch(undefined) })

export const signInSearchSchema = z.object({
  /** Where to go after signing in: a path of this site, never another one's. */
  to: one(z.string().regex(/^\/(?!\/|\\)/)),
})

/** The filter of a page's search, without what belongs to the map and the order. */
export function filterOf(search: AccountFilter): AccountFilter {
  const {
    q,
    status,
    class: classOf,
    ownerId,
    teamId,
    tag,
    coverage,
    archived,
    within,
    cells,
    reach,
    filter,
  } = search
  return clean({
    q,
    status,
    class: classOf,
    ownerId,
    teamId,
    tag,
    coverage,
    archived,
    within,
    cells,
    reach,
    filter,
  })
}

/** How many conditions a filter holds; each name of the address counts once, the tree by its conditions. */
export function conditionsOf({ filter, ...names }: AccountFilter) {
  return Object.keys(filterOf(names)).length + countConditions(parseFilter(filter))
}

function clean<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T
}

/** The filter as a query string without `?`, for tiles: status=prospect&status=customer. */
export const filterQuery = (filter: AccountFilter) => stringifySearch(filterOf(filter)).replace(/^\?/, '')

/** What is selected on map and list. */
export type Selection = { kind: 'account' | 'prospect'; id: number }

export function selectionOf(sel: string | undefined): Selection | null {
  if (!sel) return null
  return { kind: sel.startsWith('a') ? 'account' : 'prospect', id: Number(sel.slice(1)) }
}

export const selectionKey = (selection: Selection | null) =>
  selection ? `${selection.kind === 'account' ? 'a' : 'p'}${selection.id}` : undefined

/** Where the map looks. */
export type MapPosition = { lon: number; lat: number; zoom: number }

export function positionOf(search: { lon?: number; lat?: number; zoom?: number }): MapPosition | null {
  const { lon, lat, zoom } = search
  return lon === undefined || lat === undefined || zoom === undefined ? null : { lon, lat, zoom }
}

/** Rounded to what a screen can show, so that addresses stay short. */
export const roundPosition = ({ lon, lat, zoom }: MapPosition): MapPosition => ({
  lon: Number(lon.toFixed(5)),
  lat: Number(lat.toFixed(5)),
  zoom: Number(zoom.toFixed(2)),
})

/** Reads `?a=1&b=2&b=3` as { a: '1', b: ['2', '3'] }. */
export function parseSearch(query: string): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {}
  for (const [key, value] of new URLSearchParams(query)) {
    const known = out[key]
    out[key] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value]
  }
  return out
}

/** Writes what parseSearch reads; undefined, null and '' are left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    for (const member of Array.isArray(value) ? value : [value]) {
      if (member !== undefined && member !== null && member !== '') params.append(key, String(member))
    }
  }
  const query = params.toString()
  return query ? `?${query}` : ''
}
