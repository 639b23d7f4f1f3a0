import { describe, expect, it } from 'vitest'
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
