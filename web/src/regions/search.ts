/**
 * What the address of the market map holds beside filter and position, so that a map can
 * be shared as it is seen:
 *
 * figure, with     what is shown, and beside or together with what
 * as               two figures side by side or blended
 * res              resolution of the hexagons; without it the one that suits the zoom
 * breaks, steps    how classes are made, and how many
 * at               the ends of classes that were held, so that panning does not move them
 * only             classes that are looked at, as the legend was clicked
 * since            the day that changes are counted from
 * cell             the hexagon that is looked into
 * analysis         what is worked out instead: hot spots, look-alikes, …
 * like             the hexagon that look-alikes are looked for of
 * servedBy, drive  who serves demand, and the drive in minutes that is far
 * point, weight, rivals   a new place, how attractive it is, and who competes with it
 */
import { z } from 'zod'
import { accountsSearchSchema, day } from '../app/search'
import { fewestSteps, methods, mostSteps } from './breaks'
import { figureKeys } from './figures'

export const analyses = ['hotspots', 'lookalikes', 'unserved', 'newPlace', 'concentration'] as const
export type Analysis = (typeof analyses)[number]
/** Who serves demand, and who competes with a new place. */
export const servers = ['customers', 'visits', 'starts'] as const
export const rivals = ['own', 'openProspects', 'none'] as const
export const mostDrive = 120
export const resolutions = [4, 5, 6, 7, 8, 9] as const

/** As H3 writes a cell. Looked at again where cells are worked with: this file is loaded with the first page. */
const h3 = /^8[0-9a-f]{14}$/

const one = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined)
const list = (text: string) => text.split(',').map(Number)

export const marketSearchSchema = accountsSearchSchema.extend({
  figure: one(z.enum(figureKeys)),
  with: one(z.enum(figureKeys)),
  as: one(z.enum(['side', 'blend'])),
  res: one(z.coerce.number().int().min(0).max(10)),
  breaks: one(z.enum(methods)),
  steps: one(z.coerce.number().int().min(fewestSteps).max(mostSteps)),
  at: one(
    z
      .string()
      .max(200)
      .refine((text) => {
        const ends = list(text)
        return (
          ends.length <= mostSteps &&
          ends.every((v, i) => !Number.isNaN(v) && (i === 0 || v > (ends[i - 1] as number)))
        )
      }),
  ),
  only: one(z.string().regex(/^\d(,\d){0,8}$/)),
  since: one(day),
  cell: one(z.string().regex(h3)),
  analysis: one(z.enum(analyses)),
  like: one(z.string().regex(h3)),
  servedBy: one(z.enum(servers)),
  drive: one(z.coerce.number().int().min(1).max(mostDrive)),
  point: one(z.string().regex(/^-?\d{1,3}(\.\d{1,6})?,-?\d{1,2}(\.\d{1,6})?$/)),
  weight: one(z.coerce.number().min(0.1).max(1000)),
  rivals: one(z.enum(rivals)),
})
export type MarketSearch = z.output<typeof marketSearchSchema>

export const endsOf = (at: string | undefined): number[] | null => (at ? list(at) : null)
export const endsText = (ends: readonly number[]) => ends.join(',')
export const onlyOf = (only: string | undefined): number[] => (only ? list(only) : [])
/** The legend clicked: the class joins what is looked at, or leaves it; all of them are none. */
export function toggled(only: readonly number[], at: number, classes: number): string | undefined {
  const next = only.includes(at) ? only.filter((i) => i !== at) : [...only, at].sort((a, b) => a - b)
  return next.length === 0 || next.length === classes ? undefined : next.join(',')
}
