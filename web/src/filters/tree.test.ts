import { describe, expect, it } from 'vitest'
import {
  appendAt,
  asGroup,
  both,
  conditionsIn,
  countConditions,
  depthOf,
  type FilterNode,
  filterText,
  joinAt,
  mostConditions,
  negateAt,
  nodeAt,
  parseFilter,
  pathOfLocation,
  pruned,
  removeAt,
  replaceAt,
} from './tree'

const customer = { field: 'status', op: 'in', value: ['customer'] }
const big = { field: 'revenue', op: 'gt', value: 1000 }
const mine = { field: 'ownerId', op: 'in', value: ['me'] }
const tree: FilterNode = { all: [customer, { any: [big, { not: mine }] }] }

describe('edits of a filter', () => {
  it('find what stands at a path, through groups and nots', () => {
    expect(nodeAt(tree, [])).toBe(tree)
    expect(nodeAt(tree, [1, 0])).toBe(big)
    expect(nodeAt(tree, [1, 1, 0])).toBe(mine)
    expect(nodeAt(tree, [4])).toBeNull()
  })
  it('replace one condition and share the rest', () => {
    const next = replaceAt(tree, [1, 0], customer)
    expect(next).toEqual({ all: [customer, { any: [customer, { not: mine }] }] })
    expect(nodeAt(next, [0])).toBe(customer)
    expect(tree).toEqual({ all: [customer, { any: [big, { not: mine }] }] })
  })
  it('take a condition away, and a not with it', () => {
    expect(removeAt(tree, [1, 1, 0])).toEqual({ all: [customer, { any: [big] }] })
    expect(removeAt(customer, [])).toBeNull()
  })
  it('add to a group; a lone condition becomes a group first', () => {
    expect(appendAt(tree, [1], customer)).toEqual({
      all: [customer, { any: [big, { not: mine }, customer] }],
    })
    expect(appendAt(customer, [], big)).toEqual({ all: [customer, big] })
  })
  it('say not, and not not', () => {
    expect(negateAt(tree, [0])).toEqual({ all: [{ not: customer }, { any: [big, { not: mine }] }] })
    expect(negateAt(negateAt(tree, [1]), [1])).toEqual(tree)
  })
  it('join the same conditions the other way', () => {
    expect(joinAt(tree, [], 'any')).toEqual({ any: [customer, { any: [big, { not: mine }] }] })
    expect(joinAt(customer, [], 'any')).toBe(customer)
  })
})

describe('a filter without what says nothing', () => {
  it('has no empty groups, no groups of one, no groups in their own kind', () => {
    expect(pruned({ all: [] })).toBeNull()
    expect(pruned({ all: [{ any: [] }, { not: { all: [] } }] })).toBeNull()
    expect(pruned({ any: [{ all: [customer] }] })).toEqual(customer)
    expect(pruned({ all: [customer, { all: [big, { all: [mine] }] }] })).toEqual({
      all: [customer, big, mine],
    })
    expect(pruned({ not: { not: customer } })).toEqual(customer)
  })
  it('means the same with another', () => {
    expect(both(null, null)).toBeNull()
    expect(both(customer, null)).toEqual(customer)
    expect(both({ all: [customer, big] }, { any: [mine, big] })).toEqual({
      all: [customer, big, { any: [mine, big] }],
    })
  })
  it('stands side by side as a group', () => {
    expect(asGroup(customer)).toEqual({ kind: 'all', children: [customer] })
    expect(asGroup({ any: [customer, big] })).toEqual({ kind: 'any', children: [customer, big] })
    expect(asGroup(null).children).toEqual([])
  })
  it('is counted and measured', () => {
    expect(countConditions(tree)).toBe(3)
    expect(depthOf(tree)).toBe(3)
    expect(conditionsIn(tree).map(({ path }) => path)).toEqual([[0], [1, 0], [1, 1, 0]])
  })
})

describe('the text of a filter', () => {
  it('is read as it was written, whatever it holds', () => {
    const odd: FilterNode = {
      any: [
        { field: 'name', op: 'contains', value: '"}] & 中文 é العربية ' },
        { field: 'lastVisitOn', op: 'is_empty' },
        {
          not: {
            field: 'place',
            op: 'within',
            value: {
              polygon: [
                [1.5, 2.25],
                [3, 4],
                [5, 6],
              ],
            },
          },
        },
      ],
    }
    expect(parseFilter(filterText(odd))).toEqual(odd)
  })
  it('is nothing without conditions', () => {
    expect(filterText(null)).toBeUndefined()
    expect(filterText({ all: [{ any: [] }] })).toBeUndefined()
  })
  it.each([
    'not json',
    '[]',
    '{"all":{}}',
    '{"all":[1]}',
    '{"field":"name"}',
    '{"field":"name","op":"is","value":"x","sql":"drop"}',
    '{"all":[],"any":[]}',
  ])('is dropped when it is no filter: %s', (text) => expect(parseFilter(text)).toBeNull())
  it('is dropped when the server would not take it: too deep, too many, too long', () => {
    const nest = (n: number): FilterNode => (n === 0 ? customer : { not: nest(n - 1) })
    expect(parseFilter(JSON.stringify(nest(6)))).not.toBeNull()
    expect(parseFilter(JSON.stringify(nest(7)))).toBeNull()
    const many = { all: Array.from({ length: mostConditions + 1 }, () => big) }
    expect(parseFilter(JSON.stringify(many))).toBeNull()
    expect(parseFilter(JSON.stringify({ field: 'name', op: 'is', value: 'é'.repeat(9000) }))).toBeNull()
  })
})

describe('where the server points', () => {
  it.each([
    ['filter.all[2].value', [2]],
    ['filter.any[1].not.all[0].field', [1, 0, 0]],
    ['query.filter.all[3]', [3]],
    ['filter', []],
    ['filter.value', []],
    ['limit', null],
  ])('%s', (location, path) => expect(pathOfLocation(location)).toEqual(path))
})
