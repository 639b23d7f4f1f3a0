/** Texts that are found although they are typed with mistakes. */

/** Lower case, without accents, sharp s as ss. */
export const folded = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLocaleLowerCase()
    .replaceAll('ß', 'ss')
    .trim()

/**
 * How well a text answers what was typed, 0 to 1; 0: not at all. All words of the query
 * must be there: as a word's beginning, inside of one, or with one mistake for every four
 * letters (a letter wrong, missing, too much, or two changed about).
 */
export function likeness(text: string, query: string): number {
  const words = folded(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  const asked = folded(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  if (asked.length === 0) return 1
  let sum = 0
  for (const part of asked) {
    const best = Math.max(0, ...words.map((word, index) => wordLikeness(word, part, index)))
    if (best === 0) return 0
    sum += best
  }
  return sum / asked.length
}

export const matches = (text: string, query: string) => likeness(text, query) > 0

function wordLikeness(word: string, part: string, index: number): number {
  const place = index === 0 ? 0 : 0.05
  if (word === part) return 1 - place
  if (word.startsWith(part)) return 0.9 - place
  if (word.includes(part)) return 0.6
  const allowed = Math.floor(part.length / 4)
  if (allowed === 0) return 0
  // The beginning of the word may be all that was typed so far.
  const distance = Math.min(
    ...[-1, 0, 1].map((more) => mistakes(word.slice(0, part.length + more), part)),
    mistakes(word, part),
  )
  return distance <= allowed ? 0.5 - 0.1 * distance : 0
}

/** Damerau and Levenshtein's distance, neighbours only (optimal string alignment). */
export function mistakes(a: string, b: string): number {
  const [s, t] = [[...a], [...b]]
  const rows = s.map((_, i) => [i + 1])
  let [older, above] = [[] as number[], t.map((_, j) => j + 1)]
  above.unshift(0)
  for (let i = 0; i < s.length; i++) {
    const row = rows[i] as number[]
    for (let j = 0; j < t.length; j++) {
      const cost = s[i] === t[j] ? 0 : 1
      let least = Math.min((above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1, (above[j] ?? 0) + cost)
      if (i > 0 && j > 0 && s[i] === t[j - 1] && s[i - 1] === t[j])
        least = Math.min(least, (older[j - 1] ?? 0) + 1)
      row.push(least)
    }
    ;[older, above] = [above, row]
  }
  return above.at(-1) ?? 0
}
