/** Outlines of territories in a GeoJSON file, looked at before they are sent. */
import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson'

export type Outlines = FeatureCollection<Polygon | MultiPolygon, Record<string, unknown>>
/** Why a file is none: the key of a text. */
export type OutlinesProblem = 'tooLarge' | 'noJson' | 'noCollection' | 'noPolygons'

/** What the server takes. */
const mostBytes = 20 * 1024 * 1024

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export async function readOutlines(file: Blob): Promise<Outlines | OutlinesProblem> {
  if (file.size > mostBytes) return 'tooLarge'
  let value: unknown
  try {
    value = JSON.parse(await file.text())
  } catch {
    return 'noJson'
  }
  return outlinesOf(value)
}

export const problemOf = (found: Outlines | OutlinesProblem) => (typeof found === 'string' ? found : null)

/** The polygons of a collection; anything else in it is left out. */
export function outlinesOf(value: unknown): Outlines | OutlinesProblem {
  if (!isRecord(value) || value.type !== 'FeatureCollection' || !Array.isArray(value.features))
    return 'noCollection'
  const features = value.features.filter(
    (each): each is Outlines['features'][number] =>
      isRecord(each) &&
      isRecord(each.geometry) &&
      (each.geometry.type === 'Polygon' || each.geometry.type === 'MultiPolygon'),
  )
  return features.length === 0 ? 'noPolygons' : { type: 'FeatureCollection', features }
}

/** Properties that could be names, those called so first: texts and numbers that differ. */
export function propertiesOf({ features }: Outlines): string[] {
  const values = new Map<string, Set<unknown>>()
  for (const { properties } of features)
    for (const [name, value] of Object.entries(properties ?? {})) {
      if (typeof value !== 'string' && typeof value !== 'number') continue
      const known = values.get(name)
      if (known) known.add(value)
      else values.set(name, new Set([value]))
    }
  const rank = (name: string) => (/^name$/i.test(name) ? 2 : /name|title|territory/i.test(name) ? 1 : 0)
  return [...values]
    .sort(([a, as], [b, bs]) => rank(b) - rank(a) || bs.size - as.size || (a < b ? -1 : 1))
    .map(([name]) => name)
}
