import { expect, it } from 'vitest'
import { isWhole, withOp } from './fields'
import { matchingOf, relatedOf, relatedValue } from './relation'

const on = (value: unknown, op = 'in') => ({ field: 'relation', op, value })

it('a role, one account in a role, and one account in any role are read as they are written', () => {
  for (const value of [['supplier'], ['supplier', 'partner'], ['supplier:7', 'partner:7'], ['any:7']])
    expect(relatedValue(relatedOf(on(value)))).toEqual(value)
  expect(relatedOf(on(['any:7']))).toEqual({ roles: [], account: 7 })
  expect(relatedValue({ roles: [], account: null })).toEqual([])
})

it('roles stay when conditions on the other account take the place of one account, and back', () => {
  const match = withOp(on(['supplier:7']), 'match')
  expect(matchingOf(match)).toEqual({ roles: ['supplier'], filter: { all: [] } })
  expect(withOp(match, 'not_in').value).toEqual(['supplier'])
})

it('conditions on the other account are whole when every one of them is', () => {
  const match = (filter: unknown) => on({ roles: [], filter }, 'match')
  expect(isWhole(match({ all: [] }))).toBe(false)
  expect(isWhole(match({ all: [{ field: 'status', op: 'in', value: [] }] }))).toBe(false)
  expect(isWhole(match({ all: [{ field: 'status', op: 'in', value: ['customer'] }] }))).toBe(true)
})
