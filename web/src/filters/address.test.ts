import { describe, expect, it } from 'vitest'
import { accountsSearchSchema, filterQuery, parseSearch, stringifySearch } from '../app/search'
import { addressOfTree, asked, treeOf, wholeTree, withTree } from './address'
import type { FilterNode } from './tree'

const read = (query: string) => accountsSearchSchema.parse(parseSearch(query))
const customer = { field: 'status', op: 'in', value: ['customer'] }
const old = { field: 'lastVisitOn', op: 'more_than_ago', value: { n: 30, unit: 'day' } }

describe('a filter in the address bar', () => {
  it('is the same after a reload', () => {
    const tree: FilterNode = { all: [customer, { any: [old, { not: customer }] }] }
    const query = stringifySearch(withTree(tree))
    expect(treeOf(read(query))).toEqual(tree)
    expect(stringifySearch(read(query))).toBe(query)
  })
  it('takes the names of older links into the tree', () => {
    const search = read(
      '?status=prospect&status=customer&ownerId=0&ownerId=7&tag=wine&teamId=3&archived=true',
    )
    expect(treeOf(search)).toEqual({
      all: [
        { field: 'status', op: 'in', value: ['prospect', 'customer'] },
        { field: 'ownerId', op: 'in', value: [null, 7] },
        { field: 'teamId', op: 'in', value: [3] },
        { field: 'tags', op: 'has_all', value: ['wine'] },
        { field: 'archived', op: 'is', value: true },
      ],
    })
    expect(Object.keys(asked(search))).toEqual(['filter'])
  })
  it('joins an older link with a tree', () => {
    expect(treeOf(read(`?class=A&filter=${encodeURIComponent(JSON.stringify(old))}`))).toEqual({
      all: [{ field: 'class', op: 'in', value: ['A'] }, old],
    })
  })
  it('takes the names away when the tree is changed, so that nothing holds twice', () => {
    const search = { ...read('?status=customer'), ...withTree(old) }
    expect(treeOf(search)).toEqual(old)
  })
  it('drops a tree that is none and keeps the rest', () => {
    const search = read('?q=bakery&filter=%7Bbroken')
    expect(search.filter).toBeUndefined()
    expect(asked(search)).toEqual({ q: 'bakery' })
  })
  it('goes to tiles with the other conditions', () => {
    const query = filterQuery(asked(read('?status=customer&q=x&lon=1&lat=2&zoom=3')))
    expect(query).toBe(`q=x&filter=${encodeURIComponent(JSON.stringify(customer)).replaceAll('%20', '+')}`)
  })
})

describe('a filter that is stored', () => {
  const query = '?q=bakery&within=-75.5,39.1+-75.4,39.1+-75.4,39.2&status=customer'
  it('holds text, shape and conditions in one tree', () => {
    expect(wholeTree(read(query))).toEqual({
      all: [
        { field: 'search', op: 'matches', value: 'bakery' },
        {
          field: 'place',
          op: 'within',
          value: {
            polygon: [
              [-75.5, 39.1],
              [-75.4, 39.1],
              [-75.4, 39.2],
            ],
          },
        },
        customer,
      ],
    })
  })
  it('comes back under the names that search field and map use', () => {
    const address = addressOfTree(wholeTree(read(query)))
    expect(address).toMatchObject({ q: 'bakery', within: '-75.5,39.1 -75.4,39.1 -75.4,39.2' })
    expect(treeOf(address as never)).toEqual(customer)
    expect(wholeTree(address as never)).toEqual(wholeTree(read(query)))
  })
  it('brings a drive-time area back, and leaves a second shape in the tree', () => {
    const reach = {
      field: 'place',
      op: 'reach',
      value: { center: [-75.5, 39.1], minutes: 20, profile: 'car' },
    }
    const circle = { field: 'place', op: 'radius', value: { center: [-75.5, 39.1], metres: 5000 } }
    const address = addressOfTree({ all: [reach, circle] })
    expect(address.reach).toBe('-75.5,39.1,20')
    expect(treeOf(address as never)).toEqual(circle)
  })
  it('keeps a shape inside of "any" where it is', () => {
    const tree: FilterNode = {
      any: [customer, { field: 'search', op: 'matches', value: 'bakery' }],
    }
    expect(addressOfTree(tree).q).toBeUndefined()
    expect(treeOf(addressOfTree(tree) as never)).toEqual(tree)
  })
})
