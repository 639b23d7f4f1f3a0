/** What to do when someone else changed an account in between. */
import type { Account, Body } from '../api/types'

export type AccountChange = Omit<Body<'updateAccount'>, 'version' | '$schema'>
export type ChangeableField = keyof AccountChange

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/**
 * The fields on which two people disagree: changed here, and changed there to
 * something else. Empty: both changes fit together.
 */
export function disagreement(before: Account, change: AccountChange, current: Account): ChangeableField[] {
  return (Object.keys(change) as ChangeableField[]).filter((field) => {
    if (field !== 'custom')
      return !same(before[field], current[field]) && !same(change[field], current[field])
    return Object.entries(change.custom ?? {}).some(
      ([key, value]) => !same(before.custom[key], current.custom[key]) && !same(value, current.custom[key]),
    )
  })
}

/** What a change takes away again when it failed. */
export function withoutChange(account: Account, change: AccountChange, before: Account): Account {
  const old = Object.fromEntries((Object.keys(change) as ChangeableField[]).map((f) => [f, before[f]]))
  const custom = { ...account.custom }
  for (const key of Object.keys(change.custom ?? {})) custom[key] = before.custom[key]
  return { ...account, ...old, custom }
}

/** An account with a change on it; a null or missing field clears it. Custom fields change one by one. */
export const withChange = (account: Account, change: AccountChange): Account =>
  ({ ...account, ...change, custom: { ...account.custom, ...change.custom } }) as Account
