import { describe, expect, it } from 'vitest'
import { areaOf, withArea } from './area'

const customers = { field: 'status', op: 'is', value: 'customer' }
const kent = { place: 7, name: 'Kent County' }
const inKent = { field: 'place', op: 'area', value: kent }

describe('the named area of a filter', () => {
  it('is put beside the other conditions, and found again', () => {
    const text = withArea(JSON.stringify(customers), kent)
    expect(areaOf(text)).toEqual({ area: kent, rest: expect.stringContaining('customer') })
    expect(areaOf(text).rest).not.toContain('Kent')
  })
  it('takes the place of the one before, and goes again', () => {
    const text = withArea(withArea(undefined, { place: 3, name: 'Sussex' }), kent)
    expect(text).not.toContain('Sussex')
    expect(withArea(text, null)).toBeUndefined()
  })
  it('holds for all of them only when no "or" stands in between', () => {
    const either = JSON.stringify({ any: [customers, inKent] })
    expect(areaOf(either)).toEqual({ area: null, rest: either })
    const text = withArea(either, kent)
    expect(areaOf(text).area).toEqual(kent)
    expect(JSON.parse(areaOf(text).rest ?? '')).toEqual({ any: [customers, inKent] })
  })
})
