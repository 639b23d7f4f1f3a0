import { describe, expect, it } from 'vitest'
import { likeness, matches, mistakes } from './matches'

describe('texts typed with mistakes', () => {
  it('are found with a letter wrong, missing, too much or changed about', () => {
    for (const typed of ['bakary', 'bakry', 'bakkery', 'bkaery', 'Bäkery', 'bake'])
      expect(matches('Red Clay Bakery', typed), typed).toBe(true)
  })
  it('are not found when they are something else', () => {
    for (const typed of ['brewery', 'xyz', 'red wine', 'clax'.repeat(3)])
      expect(matches('Red Clay Bakery', typed), typed).toBe(false)
  })
  it('are better the nearer they are', () => {
    expect(likeness('Bakery', 'bakery')).toBeGreaterThan(likeness('Bakery', 'bake'))
    expect(likeness('Bakery', 'bake')).toBeGreaterThan(likeness('Bakery', 'bakary'))
    expect(likeness('Bakery Newark', 'new')).toBeGreaterThan(likeness('Renewal', 'new'))
  })
  it('need no letters of Latin', () => {
    expect(matches('北京 书店', '书店')).toBe(true)
    expect(matches('مكتبة النور', 'النور')).toBe(true)
  })
  it.each([
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('from %s to %s', (a, b, n) => expect(mistakes(a, b)).toBe(n))
})
