import { describe, expect, it } from 'vitest'
import { classesAround, classesOf, classOf, roundest } from './breaks'

/** Numbers that look random and are the same every time (mulberry32). */
function random(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const spread = (values: readonly number[]) => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0)
}

/** Every way to cut sorted values into so many runs, tried one by one. */
function leastSpread(sorted: number[], steps: number): number {
  if (steps === 1) return sorted.length === 0 ? Number.POSITIVE_INFINITY : spread(sorted)
  let least = Number.POSITIVE_INFINITY
  for (let cut = 1; cut < sorted.length; cut++)
    least = Math.min(least, spread(sorted.slice(0, cut)) + leastSpread(sorted.slice(cut), steps - 1))
  return least
}

const grouped = (values: readonly number[], ends: number[]) =>
  ends.map((_, i) => values.filter((v) => classOf(ends, v) === i))

describe('classes', () => {
  it('of equal width divide the range', () => {
    expect(classesOf([0, 3, 10], { by: 'equal', steps: 5 })).toEqual([0, 2, 4, 6, 8])
    expect(classesOf([1, 2, 3], { by: 'equal', steps: 5, whole: true })).toEqual([1, 2, 3])
  })

  it('by quantile hold equally many', () => {
    const values = Array.from({ length: 100 }, (_, i) => i * i)
    const ends = classesOf(values, { by: 'quantile', steps: 5 })
    expect(grouped(values, ends).map((g) => g.length)).toEqual([20, 20, 20, 20, 20])
  })

  it('by quantile keep equal values together', () => {
    const values = [1, 1, 1, 1, 1, 1, 2, 3, 4]
    const ends = classesOf(values, { by: 'quantile', steps: 3 })
    expect(grouped(values, ends)[0]).toEqual([1, 1, 1, 1, 1, 1])
    expect(ends.length).toBe(2)
  })

  it('that are natural lie in the gaps', () => {
    expect(classesOf([1, 2, 2, 3, 40], { by: 'natural', steps: 2 })).toEqual([1, 40])
    expect(classesOf([9, 10, 11, 98, 103, 1000, 990], { by: 'natural', steps: 3 })).toEqual([9, 50, 500])
  })

  it('that are natural have the least spread of all', () => {
    const next = random(7)
    for (let round = 0; round < 60; round++) {
      const values = Array.from({ length: 3 + Math.floor(next() * 10) }, () =>
        round % 2 ? Math.floor(next() * 12) : 1e6 + next() ** 3 * 1000,
      )
      for (const steps of [2, 3, 4]) {
        const distinct = new Set(values).size
        const ends = classesOf(values, { by: 'natural', steps })
        expect(ends.length).toBe(Math.min(steps, distinct))
        if (distinct < steps) continue
        const got = grouped(values, ends).reduce((sum, g) => sum + spread(g), 0)
        const best = leastSpread(
          [...values].sort((a, b) => a - b),
          steps,
        )
        expect(Math.abs(got - best)).toBeLessThan(1e-6 * (1 + best))
      }
    }
  })

  it('of any values begin at or below the least and leave none empty', () => {
    const next = random(11)
    for (let round = 0; round < 200; round++) {
      const values = Array.from(
        { length: 1 + Math.floor(next() * 40) },
        () => Math.floor(next() ** 4 * 5000) + 1,
      )
      for (const by of ['quantile', 'natural'] as const) {
        const ends = classesOf(values, { by, steps: 5, whole: true })
        expect(values.every((v) => classOf(ends, v) >= 0)).toBe(true)
        expect(grouped(values, ends).every((g) => g.length > 0)).toBe(true)
        expect(ends.every(Number.isInteger)).toBe(true)
      }
    }
  })

  it('of nothing are none, of one value one', () => {
    for (const by of ['quantile', 'equal', 'natural'] as const) {
      expect(classesOf([], { by, steps: 5 })).toEqual([])
      expect(classesOf([7, 7], { by, steps: 5 })).toEqual([7])
    }
  })
})

describe('classes around no change', () => {
  it('are the same below and above', () => {
    const ends = classesAround([-40, -3, -2, 0, 2, 3, 40], { by: 'natural', steps: 5 })
    expect(ends.length).toBe(5)
    const at = (v: number) => classOf(ends, v)
    expect([-40, -3, -2, 0, 2, 3, 40].map(at)).toEqual([0, 1, 1, 2, 3, 3, 4])
  })

  it('of mirrored values are mirrored', () => {
    const next = random(3)
    for (let round = 0; round < 50; round++) {
      const sizes = Array.from({ length: 1 + Math.floor(next() * 20) }, () => 1 + Math.floor(next() * 30))
      const ends = classesAround([...sizes, ...sizes.map((v) => -v)], { by: 'quantile', steps: 7 })
      for (const v of sizes) expect(classOf(ends, v) + classOf(ends, -v)).toBe(ends.length - 1)
    }
  })
})

describe('the roundest number', () => {
  it('has the fewest digits of those between', () => {
    expect(roundest(11, 98)).toBe(50)
    expect(roundest(3, 4)).toBe(4)
    expect(roundest(12_337, 13_950)).toBe(13_000)
    expect(roundest(0.123, 0.131)).toBe(0.13)
    expect(roundest(999, 1001)).toBe(1000)
  })
})
