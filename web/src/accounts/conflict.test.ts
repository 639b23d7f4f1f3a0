import { describe, expect, it } from 'vitest'
import type { Account } from '../api/types'
import { anAccount } from '../testing/fixtures'
import { disagreement, withChange, withoutChange } from './conflict'

const before: Account = anAccount({ phone: '1', notes: 'old', tags: ['a'] })

describe('two people change one account', () => {
  it('does not disagree when they changed different fields', () => {
    expect(disagreement(before, { phone: '2' }, { ...before, notes: 'theirs' })).toEqual([])
  })
  it('disagrees on a field that both changed differently', () => {
    expect(disagreement(before, { phone: '2', notes: 'mine' }, { ...before, notes: 'theirs' })).toEqual([
      'notes',
    ])
  })
  it('does not disagree when both changed to the same', () => {
    expect(disagreement(before, { tags: ['a', 'b'] }, { ...before, tags: ['a', 'b'] })).toEqual([])
  })
  it('takes a nobody for a nobody, null or missing', () => {
    const owned = { ...before, ownerId: 3 }
    expect(disagreement(owned, { ownerId: null }, { ...owned, ownerId: null })).toEqual([])
    expect(disagreement(owned, { ownerId: null }, { ...owned, ownerId: 4 })).toEqual(['ownerId'])
  })
  it('takes back only what the failed change had changed', () => {
    const shown = withChange({ ...before, notes: 'newer' }, { phone: '2' })
    expect(withoutChange(shown, { phone: '2' }, before)).toEqual({ ...before, notes: 'newer' })
  })
  it('is no conflict when two people change two custom fields', () => {
    const before = anAccount({ custom: { vat: 'DE1', size: 3 } })
    const current = anAccount({ custom: { vat: 'DE1', size: 4 } })
    expect(disagreement(before, { custom: { vat: 'DE2' } }, current)).toEqual([])
    expect(disagreement(before, { custom: { size: 5 } }, current)).toEqual(['custom'])
  })
  it('changes and takes back custom fields one by one', () => {
    const before = anAccount({ custom: { vat: 'DE1', size: 3 } })
    const changed = withChange(before, { custom: { vat: 'DE2' } })
    expect(changed.custom).toEqual({ vat: 'DE2', size: 3 })
    expect(withoutChange(changed, { custom: { vat: 'DE2' } }, before).custom).toEqual({ vat: 'DE1', size: 3 })
  })
})
