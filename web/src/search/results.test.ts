import { describe, expect, it } from 'vitest'
import { addRecent, readRecent } from './recent'
import { type Kind, type Result, ranked } from './results'

const result = (kind: Kind, key: string, label: string): Result => ({
  key,
  kind,
  label,
  detail: '',
  run: () => undefined,
})
const labels = (groups: ReturnType<typeof ranked>) =>
  groups.map(({ kind, results }) => [kind, ...results.map((r) => r.label)])

describe('the search', () => {
  it('shows what is recent first, then what else there is', () => {
    const local = [
      result('command', 'c1', 'Go to the map'),
      result('recent', 'a1', 'Red Clay Bakery'),
      result('recent', 'a2', 'Dover Books'),
    ]
    expect(labels(ranked('', { local, server: [] }))).toEqual([
      ['recent', 'Red Clay Bakery', 'Dover Books'],
      ['command', 'Go to the map'],
    ])
  })
  it('forgives mistakes in typing, without a server', () => {
    const local = [result('recent', 'a1', 'Red Clay Bakery'), result('command', 'c1', 'Go to the settings')]
    expect(labels(ranked('bakrey', { local, server: [] }))).toEqual([['recent', 'Red Clay Bakery']])
    expect(labels(ranked('setings', { local, server: [] }))).toEqual([['command', 'Go to the settings']])
  })
  it('keeps what the server found by more than the name, behind what is called so', () => {
    const server = [result('account', 'a9', 'Main Street 12 Ltd'), result('account', 'a8', 'Bakery Dover')]
    expect(labels(ranked('bakery', { local: [], server }))).toEqual([
      ['account', 'Bakery Dover', 'Main Street 12 Ltd'],
    ])
  })
  it('shows an account once, where it is recent', () => {
    const local = [result('recent', 'a1', 'Red Clay Bakery')]
    const server = [result('account', 'a1', 'Red Clay Bakery')]
    expect(labels(ranked('clay', { local, server }))).toEqual([['recent', 'Red Clay Bakery']])
  })
})

describe('recent accounts', () => {
  const storage = (() => {
    const values = new Map<string, string>()
    return {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    }
  })()
  it('are the newest first, once each, a few, and each user’s own', () => {
    for (let id = 1; id <= 12; id++) addRecent(2, { id, name: `Account ${id}`, detail: '' }, storage)
    addRecent(2, { id: 10, name: 'Renamed', detail: '' }, storage)
    const recent = readRecent(2, storage)
    expect(recent).toHaveLength(8)
    expect(recent.slice(0, 3).map((r) => r.name)).toEqual(['Renamed', 'Account 12', 'Account 11'])
    expect(readRecent(3, storage)).toEqual([])
  })
  it('are none when what is stored is something else', () => {
    expect(readRecent(2, { getItem: () => '{"a":1}' })).toEqual([])
    expect(readRecent(2, { getItem: () => 'x' })).toEqual([])
    expect(readRecent(2, { getItem: () => '[{"id":"1"},{"id":1,"name":"A","detail":""}]' })).toHaveLength(1)
  })
})
