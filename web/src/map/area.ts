/** The named area among a filter's conditions: what the map's place tool selects. */
import { asGroup, type FilterNode, filterText, groupOf, isCondition, parseFilter } from '../filters/tree'

export type NamedArea = { place: number; name: string }

const areaIn = (node: FilterNode): NamedArea | null => {
  if (!isCondition(node) || node.field !== 'place' || node.op !== 'area') return null
  const { place, name } = (node.value ?? {}) as Partial<NamedArea>
  return typeof place === 'number' ? { place, name: name ?? '' } : null
}

/** The first area that all accounts of a filter lie in, and the other conditions. */
export function areaOf(text: string | undefined): { area: NamedArea | null; rest: string | undefined } {
  const { kind, children } = asGroup(parseFilter(text))
  const at = kind === 'all' ? children.findIndex((child) => areaIn(child) !== null) : -1
  const found = children[at]
  if (!found) return { area: null, rest: text }
  return { area: areaIn(found), rest: filterText(groupOf('all', children.toSpliced(at, 1))) }
}

/** A filter with this area in place of the one that it has; without any for null. */
export function withArea(text: string | undefined, area: NamedArea | null): string | undefined {
  const { rest } = areaOf(text)
  if (!area) return rest
  const tree = parseFilter(rest)
  const condition: FilterNode = { field: 'place', op: 'area', value: area }
  const { kind, children } = asGroup(tree)
  return filterText(
    tree === null || kind === 'all'
      ? groupOf('all', [...children, condition])
      : groupOf('all', [tree, condition]),
  )
}
