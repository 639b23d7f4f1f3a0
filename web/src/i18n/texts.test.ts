import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resources as de } from './locales/de'
import { resources as en } from './locales/en'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(prefix + key, value)
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) out.set(k, v)
  }
  return out
}

const parts = Object.keys(en) as (keyof typeof en)[]
const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.includes('.gen.'))
  .map((name) => readFileSync(join('src', name), 'utf8'))
  .join('\n')
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map((m) => m[1]).sort()
const base = (key: string) => key.replace(/_(?:zero|one|two|few|many|other)$/, '')

/** Starts of keys that are put together, as in t(`status.${status}`). */
const starts = [...source.matchAll(/`(?:\w+:)?([\w.]+\.)\$\{/g)].map((m) => m[1] ?? '')
/** Whatever stands alone between two equal quotes. */
const quoted = new Set([...source.matchAll(/(?<=(['"`]))[\w.:]+(?=\1)/g)].map((m) => m[0]))
const used = (part: string, key: string) =>
  quoted.has(key) || quoted.has(`${part}:${key}`) || starts.some((start) => key.startsWith(start))

describe.each(parts)('texts of %s', (part) => {
  const english = flat(en[part] as Tree)
  const german = flat(de[part] as Tree)

  it('are there in both languages', () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort())
  })
  it('are never empty', () => {
    for (const texts of [english, german])
      expect([...texts].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([])
  })
  it('name the same values in both languages', () => {
    for (const [key, text] of english)
      expect(placeholders(german.get(key) ?? ''), key).toEqual(placeholders(text))
  })
  it('are all used', () => {
    expect([...english.keys()].filter((key) => !used(part, base(key)))).toEqual([])
  })
})
