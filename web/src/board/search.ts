/**
 * What the addresses of the board's pages hold.
 *
 * /plans/new       the filter of a selection on the map, or siteIds
 * /plans/compare   a, b: the two plans
 */
import { z } from 'zod'
import { filterSchema, plansSearchSchema } from '../app/search'

const plan = z.coerce.number().int().min(1).optional().catch(undefined)

export const newPeriodSearchSchema = filterSchema.extend({ siteIds: plansSearchSchema.shape.siteIds })
export const compareSearchSchema = z.object({ a: plan, b: plan })
