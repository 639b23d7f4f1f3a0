import { describe, expect, it } from 'vitest'
import { surfaces } from '../app/palette'
import { assignColours, colourCount, colourOf, territoryColours } from './colours'

type Rgb = [number, number, number]
const linear = (hex: string): Rgb =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as Rgb

/** How colours look without one of the three cones: Viénot, Brettel and Mollon, 1999; Machado et al., 2009. */
const sights: Record<string, [Rgb, Rgb, Rgb]> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

function lab(rgb: Rgb): Rgb {
  const [r, g, b] = rgb.map((v) => Math.max(0, Math.min(1, v))) as Rgb
  const xyz = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
  ].map((v) => (v > 0.008856 ? Math.cbrt(v) : 7.787 * v + 16 / 116)) as Rgb
  return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])]
}
const seen = (hex: string, sight: [Rgb, Rgb, Rgb]) => {
  const rgb = linear(hex)
  return lab(sight.map((row) => row.reduce((sum, v, i) => sum + v * (rgb[i] as number), 0)) as Rgb)
}
const difference = (a: Rgb, b: Rgb) => Math.hypot(...a.map((v, i) => v - (b[i] as number)))

describe.each(['light', 'dark'] as const)('territory colours in the %s scheme', (scheme) => {
  const colours = territoryColours[scheme]
  it.each(Object.entries(sights))('differ for %s sight', (_, sight) => {
    for (const [i, a] of colours.entries())
      for (const b of colours.slice(i + 1))
        expect(difference(seen(a, sight), seen(b, sight)), `${a} and ${b}`).toBeGreaterThan(9)
  })
  it('are told apart from the panel', () => {
    for (const colour of colours)
      expect(difference(lab(linear(colour)), lab(linear(surfaces[scheme].panel))), colour).toBeGreaterThan(25)
  })
})

describe('assigned colours', () => {
  it('stay as they are while neighbours differ', () => {
    const territories = [0, 1, 2].map((colour) => ({ id: colour + 10, colour }))
    const pairs: [number, number][] = [
      [10, 11],
      [11, 12],
    ]
    expect([...assignColours(territories, pairs)]).toEqual([
      [10, 0],
      [11, 1],
      [12, 2],
    ])
  })
  it('differ for neighbours, also when all were the same', () => {
    const ids = Array.from({ length: 40 }, (_, i) => i + 1)
    // A ring with chords: up to six neighbours each.
    const pairs = ids.flatMap((id): [number, number][] =>
      [1, 2, 7].map((by): [number, number] => [id, ((id + by - 1) % 40) + 1]),
    )
    const assigned = assignColours(
      ids.map((id) => ({ id, colour: 3 })),
      pairs,
    )
    for (const [a, b] of pairs) expect(assigned.get(a), `${a} beside ${b}`).not.toBe(assigned.get(b))
  })
  it('begin again after the last', () => {
    expect(assignColours([{ id: 1, colour: colourCount + 2 }], []).get(1)).toBe(2)
    expect(colourOf('light', colourCount)).toBe(colourOf('light', 0))
  })
})
