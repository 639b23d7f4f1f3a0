/**
 * Where one class of a figure ends and the next begins.
 *
 * Classes are their lower ends, ascending: class i holds the values from ends[i] up to, and
 * without, ends[i + 1]; the last one has no end. There may be fewer than asked for, where
 * the values are not different enough.
 *
 *   classesOf([1, 2, 2, 3, 40], { by: 'natural', steps: 2 })   // [1, 10]
 */

export const methods = ['quantile', 'equal', 'natural'] as const
export type Method = (typeof methods)[number]
export const fewestSteps = 3
export const mostSteps = 7

type Wanted = {
  by: Method
  steps: number
  /** Values are whole numbers: so are the ends. */
  whole?: boolean
}

/** Classes of values, which need no order; none of no values. */
export function classesOf(values: readonly number[], { by, steps, whole = false }: Wanted): number[] {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort()
  const least = sorted[0]
  const largest = sorted.at(-1)
  if (least === undefined || largest === undefined) return []
  if (by === 'equal') return equal(least, largest, steps, whole)
  const starts = by === 'quantile' ? quantileStarts(sorted, steps) : naturalStarts(sorted, steps)
  return starts.map((start) =>
    start === 0 ? roundBelow(least) : roundest(sorted[start - 1] as number, sorted[start] as number),
  )
}

/** Classes of the same width. */
function equal(least: number, largest: number, steps: number, whole: boolean): number[] {
  const width = (largest - least) / steps
  if (width === 0) return [least]
  const ends = Array.from({ length: steps }, (_, i) => least + i * width)
  return distinct(whole ? ends.map((end, i) => (i === 0 ? Math.floor(end) : Math.ceil(end))) : ends)
}

const distinct = (ends: number[]) => ends.filter((end, i) => i === 0 || end > (ends[i - 1] as number))

/** Where classes with equally many members begin; equal values stay together. */
function quantileStarts(sorted: Float64Array, steps: number): number[] {
  const starts = [0]
  for (let i = 1; i < steps; i++) {
    let at = Math.round((i * sorted.length) / steps)
    // The border that is nearer, where it would go through equal values.
    let before = at
    while (before > 0 && sorted[before] === sorted[before - 1]) before--
    while (at < sorted.length && sorted[at] === sorted[at - 1]) at++
    const wanted = (i * sorted.length) / steps
    const start = wanted - before < at - wanted ? before : at
    if (start > (starts.at(-1) as number) && start < sorted.length) starts.push(start)
  }
  return starts
}

/**
 * Where natural classes begin: those with the least sum of squared distances to their own
 * mean (Fisher, 1958; Jenks, 1967). Exact, by dynamic programming over distinct values.
 * The best start of a last class never moves back when values are added (Wu, 1991), which
 * makes it O(steps · n log n): 20,000 values take some 20 ms.
 */
function naturalStarts(sorted: Float64Array, steps: number): number[] {
  // Distinct values with the index of their first occurrence.
  const first: number[] = []
  sorted.forEach((value, i) => {
    if (i === 0 || value !== sorted[i - 1]) first.push(i)
  })
  const n = first.length
  if (n <= steps) return first
  // Measured from the middle, so that squares of large numbers keep their digits.
  const middle = sorted[first[n >> 1] as number] as number
  const count = new Float64Array(n + 1)
  const sum = new Float64Array(n + 1)
  const square = new Float64Array(n + 1)
  for (let i = 0; i < n; i++) {
    const weight = (first[i + 1] ?? sorted.length) - (first[i] as number)
    const value = (sorted[first[i] as number] as number) - middle
    count[i + 1] = (count[i] as number) + weight
    sum[i + 1] = (sum[i] as number) + weight * value
    square[i + 1] = (square[i] as number) + weight * value * value
  }
  /** Of one class of the distinct values from a up to, and without, b. */
  const cost = (a: number, b: number) => {
    const s = (sum[b] as number) - (sum[a] as number)
    return (
      (square[b] as number) - (square[a] as number) - (s * s) / ((count[b] as number) - (count[a] as number))
    )
  }
  let best = Float64Array.from({ length: n + 1 }, (_, b) => (b === 0 ? 0 : cost(0, b)))
  const starts: Int32Array[] = []
  for (let k = 2; k <= steps; k++) {
    const next = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY)
    const start = new Int32Array(n + 1)
    const known = best
    const search = (from: number, to: number, least: number, most: number): void => {
      if (from > to) return
      const b = (from + to) >> 1
      let at = least
      for (let a = Math.max(least, k - 1); a <= Math.min(most, b - 1); a++) {
        const sum = (known[a] as number) + cost(a, b)
        if (sum < (next[b] as number)) {
          next[b] = sum
          at = a
        }
      }
      start[b] = at
      search(from, b - 1, least, at)
      search(b + 1, to, at, most)
    }
    search(k, n, k - 1, n - 1)
    starts.push(start)
    best = next
  }
  const out: number[] = []
  for (let k = steps, b = n; k >= 2; k--) {
    b = starts[k - 2]?.[b] ?? 0
    out.unshift(first[b] as number)
  }
  return [0, ...out]
}

/** The number with the fewest digits above a and not above b: the same values lie on either side. */
export function roundest(a: number, b: number): number {
  const size = Math.max(Math.abs(a), Math.abs(b))
  for (let power = Math.ceil(Math.log10(size)); power >= Math.floor(Math.log10(b - a)) - 1; power--)
    for (const lead of [1, 0.5, 0.2]) {
      const step = lead * 10 ** power
      const at = Number((Math.floor(b / step + 1e-9) * step).toPrecision(12))
      if (at > a && at <= b) return at
    }
  return b
}

/** The lower end of the first class: two digits of the least value. */
function roundBelow(value: number): number {
  if (value === 0 || (Number.isInteger(value) && Math.abs(value) < 100)) return value
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  return Number((Math.floor(value / step) * step).toPrecision(12))
}

/**
 * Classes around no change: as many below as above, with the same ends, and one for what
 * is nearly the same in between. `steps` is odd.
 */
export function classesAround(values: readonly number[], { by, steps }: Wanted): number[] {
  const sizes = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs)
  if (sizes.length === 0) return []
  const ends = classesOf(sizes, { by, steps: (steps - 1) / 2 })
  const sorted = Float64Array.from(sizes).sort()
  // Between values, never on one: the same size is in the same class below and above.
  const between = ends.map((end, i) => {
    const above = sorted.find((size) => size >= end) ?? end
    if (i === 0) return above / 2
    const below = sorted.findLast((size) => size < end) ?? 0
    return end < above ? end : (below + above) / 2
  })
  return [Number.NEGATIVE_INFINITY, ...between.map((end) => -end).reverse(), ...between].filter(
    (end, i, all) => i === 0 || end > (all[i - 1] as number),
  )
}

/** The class of a value; -1 below the first. */
export function classOf(ends: readonly number[], value: number): number {
  let at = -1
  while (at + 1 < ends.length && value >= (ends[at + 1] as number)) at++
  return at
}
