/**
 * The filter between the address bar and the tree.
 *
 * In the address, a text (`q`), a drawn shape (`within`), picked hexagons (`cells`) and a
 * drive-time area (`reach`) have names of their own, since search field and map change them; everything else is the
 * tree in `filter`. The names of older links (status, class, …) are read into the tree.
 */
import { type Reach, reachOf, reachText } from '../app/reach'
import type { AccountFilter } from '../app/search'
import {
  asGroup,
  both,
  type Condition,
  type FilterNode,
  filterText,
  groupOf,
  isCondition,
  parseFilter,
  pruned,
} from './tree'

type Ring = [lon: number, lat: number][]

/** The conditions of the names that older links use. */
function treeOfNames(search: AccountFilter): FilterNode | null {
  const conditions: Condition[] = []
  const add = (field: string, op: string, value: unknown) => conditions.push({ field, op, value })
  if (search.status) add('status', 'in', search.status)
  if (search.class) add('class', 'in', search.class)
  if (search.coverage) add('coverage', 'in', search.coverage)
  if (search.ownerId)
    add(
      'ownerId',
      'in',
      search.ownerId.map((id) => (id === 0 ? null : id)),
    )
  if (search.teamId) add('teamId', 'in', [search.teamId])
  if (search.tag) add('tags', 'has_all', search.tag)
  if (search.archived) add('archived', 'is', true)
  return pruned({ all: conditions })
}

/** The tree that an address holds beside q, within, cells and reach. */
export const treeOf = (search: AccountFilter): FilterNode | null =>
  both(treeOfNames(search), pruned(parseFilter(search.filter)))

/** Names that a tree takes the place of. */
const noNames = {
  status: undefined,
  class: undefined,
  coverage: undefined,
  ownerId: undefined,
  teamId: undefined,
  tag: undefined,
  archived: undefined,
} as const satisfies Partial<AccountFilter>

/** The change of an address that makes its tree this one. */
export const withTree = (tree: FilterNode | null) => ({ ...noNames, filter: filterText(tree) })

/** The change of an address that leaves no condition at all. */
export const noFilter = {
  ...noNames,
  filter: undefined,
  q: undefined,
  within: undefined,
  cells: undefined,
  reach: undefined,
} as const satisfies Partial<AccountFilter>

/** What an address asks of the API: the names of older links as a tree. */
export function asked(search: AccountFilter): AccountFilter {
  const { q, within, cells, reach } = search
  const filter = filterText(treeOf(search))
  return {
    ...(q ? { q } : {}),
    ...(within ? { within } : {}),
    ...(cells ? { cells } : {}),
    ...(reach ? { reach } : {}),
    ...(filter ? { filter } : {}),
  }
}

const ringOf = (within: string): Ring =>
  within.split(' ').map((pair) => pair.split(',').map(Number) as [number, number])
const withinOf = (ring: Ring) => ring.map((point) => point.join(',')).join(' ')

/** Everything that an address asks for in one tree, to be stored. */
export function wholeTree(search: AccountFilter): FilterNode | null {
  const reach = reachOf(search.reach)
  const parts: FilterNode[] = []
  if (search.q) parts.push({ field: 'search', op: 'matches', value: search.q })
  if (search.within) parts.push({ field: 'place', op: 'within', value: { polygon: ringOf(search.within) } })
  if (search.cells) parts.push({ field: 'place', op: 'cells', value: { cells: search.cells.split(',') } })
  if (reach)
    parts.push({
      field: 'place',
      op: 'reach',
      value: { center: reach.point, minutes: reach.minutes, profile: 'car' },
    })
  return both(pruned({ all: parts }), treeOf(search))
}

const isPoint = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((v) => Number.isFinite(v))

/** The ring of a drawn shape, when a condition is one that the address can name. */
function withinFrom({ op, value }: Condition): string | null {
  if (op !== 'within') return null
  const ring = (value as { polygon?: unknown } | null)?.polygon
  if (!Array.isArray(ring) || ring.length < 3 || ring.length > 500 || !ring.every(isPoint)) return null
  return withinOf(ring)
}

function reachFrom({ op, value }: Condition): string | null {
  if (op !== 'reach') return null
  const {
    center,
    minutes,
    profile = 'car',
  } = (value ?? {}) as Partial<{
    center: unknown
    minutes: unknown
    profile: unknown
  }>
  if (!isPoint(center) || typeof minutes !== 'number' || profile !== 'car') return null
  const text = reachText({ point: center, minutes } satisfies Reach)
  return reachOf(text) ? text : null
}

/**
 * The change of an address that asks for a stored tree: its text, its drawn shape and its
 * drive-time area under their own names, where they hold for all accounts.
 */
export function addressOfTree(tree: FilterNode | null): Partial<AccountFilter> {
  const { kind, children } = asGroup(pruned(tree))
  const out: Partial<AccountFilter> = { ...noFilter }
  if (kind !== 'all') return { ...out, filter: filterText(tree) }
  const rest = children.filter((child) => {
    if (!isCondition(child)) return true
    if (child.field === 'search' && child.op === 'matches' && typeof child.value === 'string' && !out.q) {
      out.q = child.value
      return false
    }
    if (child.field !== 'place' || out.within || out.reach) return true
    const within = withinFrom(child)
    const reach = reachFrom(child)
    if (within) out.within = within
    if (reach) out.reach = reach
    return !within && !reach
  })
  return { ...out, filter: filterText(groupOf('all', rest)) }
}
