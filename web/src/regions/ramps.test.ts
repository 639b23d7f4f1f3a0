import { describe, expect, it } from 'vitest'
import { paletteOf } from '../map/palette'
import { fewestSteps, mostSteps } from './breaks'
import { contrast, distance, linear, oklab, over, seenBy, visions } from './colour'
import { diverging, opacity, pair, sequential } from './ramps'

const schemes = ['light', 'dark'] as const
const steps = Array.from({ length: mostSteps - fewestSteps + 1 }, (_, i) => fewestSteps + i)
/** As it looks on the map: over the ground. */
const shown = (scheme: 'light' | 'dark', colours: string[]) =>
  colours.map((c) => over(c, paletteOf(scheme).land, opacity))

describe('the measures', () => {
  it('know black, white and grey', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(oklab(linear('#ffffff'))[0]).toBeCloseTo(1, 4)
    expect(distance('#000000', '#ffffff')).toBeCloseTo(1, 4)
    for (const vision of visions) expect(distance('#808080', '#808080', vision)).toBe(0)
  })
  it('know that red and green are alike without red or green, and blue and orange are not', () => {
    for (const vision of ['noRed', 'noGreen'] as const) {
      const [r, g] = [seenBy(vision, linear('#c44040')), seenBy(vision, linear('#808020'))]
      expect(Math.abs(oklab(r)[1] - oklab(g)[1])).toBeLessThan(0.06)
      expect(distance('#2a86c9', '#e58a1f', vision)).toBeGreaterThan(0.2)
    }
  })
})

describe.each(schemes)('on the %s map', (scheme) => {
  it.each(steps)('%i classes differ from their neighbours for everybody, by lightness alone', (n) => {
    const colours = shown(scheme, sequential(scheme, n))
    for (const vision of visions) {
      const light = colours.map((c) => oklab(seenBy(vision, linear(c)))[0])
      for (let i = 1; i < n; i++) {
        const more = (light[i] as number) - (light[i - 1] as number)
        expect(scheme === 'dark' ? more : -more, `${vision} ${colours[i]}`).toBeGreaterThan(0.03)
      }
    }
  })
  it('the largest class stands out from the ground', () => {
    for (const n of steps)
      expect(contrast(sequential(scheme, n).at(-1) as string, paletteOf(scheme).land)).toBeGreaterThan(4.5)
  })
  it.each([3, 5, 7])('%i classes around no change differ for everybody', (n) => {
    const colours = shown(scheme, diverging(scheme, n))
    for (const vision of visions)
      colours.forEach((a, i) => {
        for (const b of colours.slice(i + 1))
          expect(distance(a, b, vision), `${vision} ${a} ${b}`).toBeGreaterThan(0.03)
      })
  })
  it('the nine colours of two figures differ for everybody', () => {
    const colours = shown(scheme, pair(scheme).flat())
    for (const vision of visions)
      colours.forEach((a, i) => {
        for (const b of colours.slice(i + 1))
          expect(distance(a, b, vision), `${vision} ${a} ${b}`).toBeGreaterThan(0.06)
      })
  })
})
