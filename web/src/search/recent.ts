/** The accounts that were looked at last, in this browser; the newest first. */

export type Recent = { id: number; name: string; detail: string }

const most = 8
const keyOf = (user: number) => `waymark-recent-${user}`

const isRecent = (value: unknown): value is Recent =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Recent).id === 'number' &&
  typeof (value as Recent).name === 'string' &&
  typeof (value as Recent).detail === 'string'

export function readRecent(user: number, storage: Pick<Storage, 'getItem'> = localStorage): Recent[] {
  try {
    const list: unknown = JSON.parse(storage.getItem(keyOf(user)) ?? '[]')
    return Array.isArray(list) ? list.filter(isRecent).slice(0, most) : []
  } catch {
    return [] // written by something else: there is nothing recent then
  }
}

export function addRecent(
  user: number,
  account: Recent,
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
) {
  const others = readRecent(user, storage).filter(({ id }) => id !== account.id)
  storage.setItem(keyOf(user), JSON.stringify([account, ...others].slice(0, most)))
}
