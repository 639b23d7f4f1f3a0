/** What the search dialog finds, and in which order: pure. */
import { likeness } from '../filters/matches'

export type Kind = 'recent' | 'account' | 'contact' | 'view' | 'place' | 'command'
export type Result = { key: string; kind: Kind; label: string; detail: string; run: () => void }

/** How many of a kind are shown. */
const most: Record<Kind, number> = { recent: 6, account: 7, contact: 4, view: 4, place: 4, command: 6 }
const order: readonly Kind[] = ['recent', 'account', 'contact', 'view', 'place', 'command']

/**
 * The results by kind, the best of a kind first. What the server found is kept as it is, as
 * it knows more than names; the rest must be like the text. A recent account stands once.
 */
export function ranked(
  text: string,
  found: { local: readonly Result[]; server: readonly Result[] },
): { kind: Kind; results: Result[] }[] {
  const scored = new Map<string, { result: Result; score: number }>()
  const add = (result: Result, score: number) => {
    const known = scored.get(result.key)
    if (!known) scored.set(result.key, { result, score })
    else known.score = Math.max(known.score, score)
  }
  for (const result of found.local) {
    const score = likeness(result.label, text)
    if (score > 0) add(result, score)
  }
  found.server.forEach((result, index) => {
    add(result, Math.max(likeness(result.label, text), 0.3 - index * 0.01))
  })
  return order.flatMap((kind) => {
    const results = [...scored.values()]
      .filter((s) => s.result.kind === kind)
      .sort((a, b) => b.score - a.score)
      .slice(0, most[kind])
      .map((s) => s.result)
    return results.length > 0 ? [{ kind, results }] : []
  })
}
