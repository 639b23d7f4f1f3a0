/** Short names for the wire types. They come from the operations, so that only schema.gen.ts defines them. */
import type { operations } from './schema.gen'

type Content<R> = R extends { content: { 'application/json': infer C } } ? C : never
/** What an operation answers when it worked. */
export type Answer<O extends keyof operations> = {
  [S in keyof operations[O]['responses'] & (200 | 201 | 202)]: Content<operations[O]['responses'][S]>
}[keyof operations[O]['responses'] & (200 | 201 | 202)]
/** What an operation takes as its body. */
export type Body<O extends keyof operations> = operations[O] extends {
  requestBody: { content: { 'application/json': infer B } }
}
  ? B
  : never
type Item<L> = L extends { items: (infer T)[] | null } ? T : never

export type Me = Answer<'getMe'>
export type User = Me['user']
export type Team = Item<Answer<'listTeams'>>
export type Role = User['role']
export type Account = Answer<'getAccount'>
export type AccountRow = Item<Answer<'listAccounts'>>
export type Site = Account['sites'][number]
export type Contact = Account['contacts'][number]
export type SelectionSummary = Answer<'summariseSelection'>
export type OpenProspect = Answer<'getOpenProspect'>
export type Regions = Answer<'listRegions'>
export type Place = Item<Answer<'searchPlaces'>>
export type Extract = Answer<'getExtract'>
export type DueVisit = Item<Answer<'listDueVisits'>>
export type Plan = Answer<'getPlan'>
export type PlanSummary = Item<Answer<'listPlans'>>
export type PlanRequest = Body<'createPlan'>
export type Route = NonNullable<Plan['route']>
export type Stop = Route['stops'][number]
export type Unplanned = Plan['unplanned'][number]

/** Longitude first. */
export type Point = [number, number]

export type Permission =
  | 'accounts.read'
  | 'accounts.write'
  | 'accounts.assign'
  | 'accounts.import'
  | 'accounts.merge'
  | 'accounts.export'
  | 'activities.write'
  | 'plans.read'
  | 'plans.write'
  | 'plans.team'
  | 'users.read'
  | 'users.manage'
  | 'organisation.manage'
  | 'regions.read'
  | 'territories.read'
  | 'territories.write'
  | 'territories.publish'
