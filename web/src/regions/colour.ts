/**
 * Arithmetic of colours: how light they are, how far apart, and how they look to people
 * who see no red, no green or no blue.
 *
 * Luminance and contrast: WCAG 2.2. Distance: Euclidean in Oklab (Ottosson, 2020), where
 * 0.02 is about what can just be told apart side by side. Colour vision: the matrices of
 * Machado, Oliveira and Fernandes, 2009, at full severity, on linear light.
 */

/** Linear light, 0 to 1. */
type Rgb = readonly [r: number, g: number, b: number]
export type Lab = readonly [lightness: number, a: number, b: number]

const decode = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const encode = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)
const within01 = (v: number) => Math.min(1, Math.max(0, v))

/** Reads #rrggbb, or rgb(r, g, b) as interpolators write it. */
export function linear(colour: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  const parts = hex
    ? hex.slice(1).map((part) => Number.parseInt(part, 16))
    : (/^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(colour)?.slice(1).map(Number) ?? [])
  const [r, g, b] = parts
  if (r === undefined || g === undefined || b === undefined) throw new Error(`${colour} is no colour`)
  return [decode(r / 255), decode(g / 255), decode(b / 255)]
}

export const hexOf = (light: Rgb): string =>
  `#${light
    .map((v) =>
      Math.round(255 * encode(within01(v)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** 1 (the same) to 21 (black on white). */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(linear(a)), luminance(linear(b))]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

export function oklab(light: Rgb): Lab {
  const [r, g, b] = light
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

export function fromOklab([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

/** How vision differs from most people's; `none` is most people's. */
export const visions = ['none', 'noRed', 'noGreen', 'noBlue'] as const
export type Vision = (typeof visions)[number]

const seen: Record<Exclude<Vision, 'none'>, readonly [Rgb, Rgb, Rgb]> = {
  noRed: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  noGreen: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  noBlue: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

export function seenBy(vision: Vision, light: Rgb): Rgb {
  if (vision === 'none') return light
  const [r, g, b] = light
  return seen[vision].map(([x, y, z]) => within01(x * r + y * g + z * b)) as unknown as Rgb
}

/** How far apart two colours look. */
export function distance(a: string, b: string, vision: Vision = 'none'): number {
  const x = oklab(seenBy(vision, linear(a)))
  const y = oklab(seenBy(vision, linear(b)))
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2])
}

/** A colour between two, share of the way from the first to the second. */
export function between(a: string, b: string, share: number): string {
  const x = oklab(linear(a))
  const y = oklab(linear(b))
  const at = (i: 0 | 1 | 2) => x[i] + share * (y[i] - x[i])
  return hexOf(fromOklab([at(0), at(1), at(2)]))
}

/** What is seen of a colour that covers another so much, as a browser lays one over the other. */
export function over(top: string, ground: string, opacity: number): string {
  const [t, g] = [linear(top), linear(ground)]
  const at = (i: 0 | 1 | 2) => decode(opacity * encode(t[i]) + (1 - opacity) * encode(g[i]))
  return hexOf([at(0), at(1), at(2)])
}
