/** Mentions as they are written: "@Rosa Keller" in the field, @[Rosa Keller](user:3) in the text that is kept. */

export type Mentioned = ReadonlyMap<string, number>

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The text to keep: every "@Name" of a chosen person becomes a mention. */
export function withMentions(text: string, people: Mentioned): string {
  const names = [...people.keys()].sort((a, b) => b.length - a.length)
  if (names.length === 0) return text
  return text.replace(
    new RegExp(`@(${names.map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'gu'),
    (_, name: string) => {
      return `@[${name.replaceAll(']', '')}](user:${people.get(name)})`
    },
  )
}

/** The text to edit, and who is mentioned in it. */
export function withoutMentions(text: string): { text: string; people: Map<string, number> } {
  const people = new Map<string, number>()
  const plain = text.replace(
    /@\[([^\]\n]{1,200})\]\(user:([1-9]\d{0,17})\)/g,
    (_, name: string, id: string) => {
      people.set(name, Number(id))
      return `@${name}`
    },
  )
  return { text: plain, people }
}

/** The name that is being typed behind an @ at the caret; null when there is none. */
export function mentionAt(text: string, caret: number): { from: number; typed: string } | null {
  const match = /(^|[\s(])@([\p{L}\p{N}'.-]{0,30}(?: [\p{L}\p{N}'.-]{0,30})?)$/u.exec(text.slice(0, caret))
  if (!match) return null
  const typed = match[2] ?? ''
  return { from: caret - typed.length - 1, typed }
}
