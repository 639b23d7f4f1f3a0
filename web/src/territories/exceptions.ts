/** Named exceptions: key accounts that stay where they are. */
import { api, call } from '../api/client'

export const putException = (
  id: number,
  account: number,
  body: { version: number; territory: number; reason: string },
) => call(api.PUT('/api/alignments/{id}/exceptions/{account}', { params: { path: { id, account } }, body }))
export const removeException = (id: number, account: number, version: number) =>
  call(
    api.DELETE('/api/alignments/{id}/exceptions/{account}', {
      params: { path: { id, account }, query: { version } },
    }),
  )

/** Accounts by their names; those that share one with their street and town, or their number. */
export function labelsOf(
  found: readonly { id: number; name: string; site?: { street: string; city: string } | null }[],
): Map<number, string> {
  const labels = new Map<number, string>()
  const shared = (label: string) => [...labels.values()].includes(label)
  for (const { id, name, site } of found) {
    const where = [site?.street, site?.city].filter(Boolean).join(', ')
    const unique = found.filter((each) => each.name === name).length === 1
    const label = unique || where === '' ? name : `${name}, ${where}`
    labels.set(id, shared(label) ? `${label} (${id})` : label)
  }
  return labels
}
