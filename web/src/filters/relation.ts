/**
 * A condition on related accounts: which role they have, and which accounts they are. As
 * the API has it: a role ("supplier"), one account in a role ("supplier:7", "any:7"), or,
 * with the operation match, roles and conditions.
 */
import { type Condition, conditionsIn, type FilterNode } from './tree'

export type Related = {
  /** None: whatever the role. */
  roles: string[]
  /** One account. */
  account: number | null
}

export type Matching = { roles: string[]; filter: FilterNode }

export function relatedOf({ value }: Condition): Related {
  const texts = Array.isArray(value) ? value.map(String) : []
  const parts = texts.map((text) => text.split(':'))
  const account = Number(parts.find(([, id]) => id)?.[1] ?? 0)
  return {
    roles: parts.map(([role = '']) => role).filter((role) => role !== 'any'),
    account: account > 0 ? account : null,
  }
}

export function relatedValue({ roles, account }: Related): string[] {
  if (account === null) return roles
  return roles.length > 0 ? roles.map((role) => `${role}:${account}`) : [`any:${account}`]
}

export function matchingOf({ value }: Condition): Matching {
  // A list has a filter, too, but not this one.
  const { roles, filter } = (Array.isArray(value) ? {} : (value ?? {})) as Partial<Matching>
  return { roles: Array.isArray(roles) ? roles : [], filter: filter ?? { all: [] } }
}

export const isMatch = ({ field, op }: Condition) => field === 'relation' && op === 'match'

/** Whether the conditions on the other account say something, and enough. */
export const isWholeMatch = (condition: Condition, isWhole: (condition: Condition) => boolean) => {
  const inner = conditionsIn(matchingOf(condition).filter)
  return inner.length > 0 && inner.every(({ condition: c }) => isWhole(c))
}
