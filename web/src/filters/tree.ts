/**
 * The filter as a tree, as the API takes it in `filter`:
 *
 *   { all: [ { field: 'status', op: 'in', value: ['customer'] },
 *            { any: [ … ] }, { not: { … } } ] }
 *
 * Every edit gives a new tree. A place in it is a path: the index of the child at each
 * step, 0 for the one child of a `not`.
 */

export type Condition = { field: string; op: string; value?: unknown }
export type FilterNode = { all: FilterNode[] } | { any: FilterNode[] } | { not: FilterNode } | Condition
export type Path = readonly number[]
export type GroupKind = 'all' | 'any'

/** What the server takes. */
export const mostDepth = 6
export const mostConditions = 100
export const mostBytes = 16 * 1024

export const isCondition = (node: FilterNode): node is Condition => 'field' in node
export const isNot = (node: FilterNode): node is { not: FilterNode } => 'not' in node

/** `all` or `any` of a group; null for anything else. */
export function kindOf(node: FilterNode): GroupKind | null {
  if ('all' in node) return 'all'
  return 'any' in node ? 'any' : null
}

export function childrenOf(node: FilterNode): FilterNode[] {
  if ('all' in node) return node.all
  if ('any' in node) return node.any
  return 'not' in node ? [node.not] : []
}

export const groupOf = (kind: GroupKind, children: FilterNode[]): FilterNode =>
  kind === 'all' ? { all: children } : { any: children }

/** A node with other children; a `not` without its child is gone. */
function withChildren(node: FilterNode, children: FilterNode[]): FilterNode | null {
  const kind = kindOf(node)
  if (kind) return groupOf(kind, children)
  if (isNot(node)) return children[0] ? { not: children[0] } : null
  return node
}

export function nodeAt(tree: FilterNode, path: Path): FilterNode | null {
  let node: FilterNode | undefined = tree
  for (const step of path) node = node && childrenOf(node)[step]
  return node ?? null
}

/** The tree with what stands at the path put through `change`; null takes it away. */
export function editAt(
  tree: FilterNode,
  path: Path,
  change: (node: FilterNode) => FilterNode | null,
): FilterNode | null {
  const [step, ...rest] = path
  if (step === undefined) return change(tree)
  const children = childrenOf(tree)
  const child = children[step]
  if (!child) return tree
  const next = editAt(child, rest, change)
  return withChildren(tree, next ? children.with(step, next) : children.filter((_, index) => index !== step))
}

export const replaceAt = (tree: FilterNode, path: Path, node: FilterNode) =>
  editAt(tree, path, () => node) as FilterNode

export const removeAt = (tree: FilterNode, path: Path) => editAt(tree, path, () => null)

/** Another child at the end of the group at the path. */
export const appendAt = (tree: FilterNode, path: Path, child: FilterNode) =>
  editAt(tree, path, (node) => {
    const kind = kindOf(node)
    return kind ? groupOf(kind, [...childrenOf(node), child]) : { all: [node, child] }
  }) as FilterNode

/** "Not" before what has none, and away from what has it. */
export const negateAt = (tree: FilterNode, path: Path) =>
  editAt(tree, path, (node) => (isNot(node) ? node.not : { not: node })) as FilterNode

/** The same conditions, joined the other way. */
export const joinAt = (tree: FilterNode, path: Path, kind: GroupKind) =>
  editAt(tree, path, (node) => (kindOf(node) ? groupOf(kind, childrenOf(node)) : node)) as FilterNode

/**
 * Without groups that say nothing: empty ones, groups of one, groups in a group of the
 * same kind, twice not. Null when no condition is left.
 */
export function pruned(tree: FilterNode | null): FilterNode | null {
  if (!tree || isCondition(tree)) return tree
  if (isNot(tree)) {
    const inner = pruned(tree.not)
    if (!inner) return null
    return isNot(inner) ? inner.not : { not: inner }
  }
  const kind = kindOf(tree) as GroupKind
  const children = childrenOf(tree).flatMap((child) => {
    const inner = pruned(child)
    if (!inner) return []
    return kindOf(inner) === kind ? childrenOf(inner) : [inner]
  })
  if (children.length === 0) return null
  return children.length === 1 ? (children[0] as FilterNode) : groupOf(kind, children)
}

/** The tree as a group, so that its parts can stand side by side. */
export function asGroup(tree: FilterNode | null): { kind: GroupKind; children: FilterNode[] } {
  if (!tree) return { kind: 'all', children: [] }
  const kind = kindOf(tree)
  return kind ? { kind, children: childrenOf(tree) } : { kind: 'all', children: [tree] }
}

/** Both trees hold. */
export const both = (a: FilterNode | null, b: FilterNode | null): FilterNode | null =>
  pruned({ all: [a, b].filter((node) => node !== null) })

export const countConditions = (tree: FilterNode | null): number =>
  !tree ? 0 : isCondition(tree) ? 1 : childrenOf(tree).reduce((sum, child) => sum + countConditions(child), 0)

export const depthOf = (tree: FilterNode): number =>
  isCondition(tree) ? 0 : 1 + Math.max(0, ...childrenOf(tree).map(depthOf))

/** Every condition with its path, from left to right. */
export function conditionsIn(
  tree: FilterNode | null,
  path: Path = [],
): { path: Path; condition: Condition }[] {
  if (!tree) return []
  if (isCondition(tree)) return [{ path, condition: tree }]
  return childrenOf(tree).flatMap((child, index) => conditionsIn(child, [...path, index]))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function read(value: unknown, depth: number): FilterNode | null {
  if (!isRecord(value) || depth > mostDepth) return null
  const keys = Object.keys(value)
  if (keys.length === 1 && (keys[0] === 'all' || keys[0] === 'any')) {
    const members = value[keys[0]]
    if (!Array.isArray(members)) return null
    const children = members.map((member) => read(member, depth + 1))
    return children.some((child) => child === null) ? null : groupOf(keys[0], children as FilterNode[])
  }
  if (keys.length === 1 && keys[0] === 'not') {
    const inner = read(value.not, depth + 1)
    return inner && { not: inner }
  }
  const { field, op } = value
  if (typeof field !== 'string' || typeof op !== 'string' || field === '' || op === '') return null
  if (keys.some((key) => !['field', 'op', 'value'].includes(key))) return null
  return 'value' in value ? { field, op, value: value.value } : { field, op }
}

/** Reads the text of an address; null when it is no tree that the server would take. */
export function parseFilter(text: string | undefined): FilterNode | null {
  if (!text || new TextEncoder().encode(text).length > mostBytes) return null
  try {
    const tree = read(JSON.parse(text), 0)
    return tree && countConditions(tree) <= mostConditions ? tree : null
  } catch {
    return null // written by hand, or cut off: the page opens without it
  }
}

/** What parseFilter reads; undefined for no condition. */
export function filterText(tree: FilterNode | null): string | undefined {
  const clean = pruned(tree)
  return clean ? JSON.stringify(clean) : undefined
}

/**
 * Where a refusal of the server points: `filter.all[2].value` is [2], `filter.any[1].not.field`
 * is [1, 0]. Null when it is about something else.
 */
export function pathOfLocation(location: string): Path | null {
  const match = /^(?:query\.|body\.)?filter\b/.exec(location)
  if (!match) return null
  const path: number[] = []
  const steps = /\.(?:all|any)\[(\d+)\]|\.(not)\b/y
  steps.lastIndex = match[0].length
  for (let step = steps.exec(location); step; step = steps.exec(location))
    path.push(step[2] ? 0 : Number(step[1]))
  return path
}
