import { describe, expect, it } from 'vitest'
import { classColours, coverageColours, type Scheme, statusColours, surfaces, trail } from './palette'

const channel = (v: number) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)

/** WCAG 2 relative luminance. */
function luminance(hex: string) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => channel(Number.parseInt(hex.slice(i, i + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string) {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const schemes: Scheme[] = ['light', 'dark']
const soft = { light: trail[0] as string, dark: '#183430' }
const hover = { light: '#f0f3f1', dark: '#252e34' }

describe('colours', () => {
  it('measures contrast as WCAG does: black on white is 21, grey 767676 on white 4.54', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  })
  describe.each(schemes)('in %s', (scheme) => {
    const grounds = [surfaces[scheme].panel, surfaces[scheme].page, soft[scheme], hover[scheme]]
    it.each(['text', 'muted'] as const)('%s can be read on every ground', (kind) => {
      for (const ground of grounds)
        expect(contrast(surfaces[scheme][kind] ?? '', ground ?? '')).toBeGreaterThanOrEqual(4.5)
    })
    it('coverage and class can be read as text on every ground', () => {
      for (const colour of [
        ...Object.values(coverageColours[scheme]),
        ...Object.values(classColours[scheme]),
      ])
        for (const ground of grounds)
          expect(contrast(colour, ground ?? ''), colour).toBeGreaterThanOrEqual(4.5)
    })
    it('status dots stand out from the ground', () => {
      for (const colour of Object.values(statusColours[scheme]))
        expect(contrast(colour, surfaces[scheme].panel ?? '')).toBeGreaterThanOrEqual(3)
    })
  })
})
