/** Accounts picked one by one with shift-click: a pure reducer over an ordered set. */

export type Picked = { account: number; site: number }[]
export type PickAction = { type: 'toggle'; account: number; site: number } | { type: 'clear' }

export function pickReducer(state: Picked, action: PickAction): Picked {
  if (action.type === 'clear') return []
  const without = state.filter((p) => p.account !== action.account)
  return without.length < state.length ? without : [...state, { account: action.account, site: action.site }]
}
