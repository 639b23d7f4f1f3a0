/** What the addresses of the pages of territories hold. */
import { z } from 'zod'

const id = z.coerce.number().int().min(1)
const one = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined)

export const territoriesSearchSchema = z.object({
  /** Which alignment; without one what is live. */
  alignment: one(id),
  lon: one(z.coerce.number().min(-180).max(180)),
  lat: one(z.coerce.number().min(-90).max(90)),
  zoom: one(z.coerce.number().min(0).max(24)),
})

/** The alignment before, and the one after. */
export const compareAlignmentsSchema = z.object({ a: id, b: id })
