import { describe, expect, it } from 'vitest'
import { choicesFrom, isKey, keyFrom } from './customFields'

describe('custom fields', () => {
  it('get a key from their label', () => {
    expect(keyFrom('VAT number')).toBe('vat_number')
    expect(keyFrom('  Größe (m²) ')).toBe('grosse_m')
    expect(keyFrom('2nd phone')).toBe('nd_phone')
    expect(isKey(keyFrom('x'.repeat(80)))).toBe(true)
  })
  it('have no key that begins with a digit, or none at all', () => {
    expect(keyFrom('北京')).toBe('')
    expect(isKey('')).toBe(false)
    expect(isKey('9a')).toBe(false)
    expect(isKey('a-b')).toBe(false)
  })
  it('read choices one a line, each once, and keep the values that accounts have', () => {
    const known = [{ value: 'r', label: 'Red' }]
    expect(choicesFrom(' red \n\nBlue\nBlue\r\n', known)).toEqual([
      { value: 'r', label: 'red' },
      { value: 'Blue', label: 'Blue' },
    ])
  })
})
