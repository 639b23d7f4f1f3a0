import { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, it } from 'vitest'
import { anAccount } from '../testing/fixtures'
import { applyServerEvent } from './apply'

let client: QueryClient
const stale = (...key: unknown[]) => client.getQueryState(key)?.isInvalidated

beforeEach(() => {
  client = new QueryClient()
  client.setQueryData(['account', 5], anAccount({ version: 3 }))
  client.setQueryData(['accounts', {}, null], { pages: [] })
  client.setQueryData(['plan', 1], { id: 1, state: 'queued', progress: 0 })
  client.setQueryData(['plans'], [])
})

describe('events of the server', () => {
  it('ask for an account again that someone else changed, and for the lists', () => {
    applyServerEvent(client, 'account', '{"id":5,"version":4}')
    expect(stale('account', 5)).toBe(true)
    expect(stale('accounts', {}, null)).toBe(true)
  })
  it('do not ask again for the version that is here', () => {
    applyServerEvent(client, 'account', '{"id":5,"version":3}')
    expect(stale('account', 5)).toBe(false)
  })
  it('move the progress of a plan without a request', () => {
    applyServerEvent(client, 'plan', '{"id":1,"state":"running","progress":0.4}')
    expect(client.getQueryData(['plan', 1])).toMatchObject({ state: 'running', progress: 0.4 })
    expect(stale('plan', 1)).toBe(false)
  })
  it('ask for a plan that is done', () => {
    applyServerEvent(client, 'plan', '{"id":1,"state":"done","progress":1}')
    expect(stale('plan', 1)).toBe(true)
    expect(stale('plans')).toBe(true)
  })
  it('ask for an alignment that was changed elsewhere, and not for the version that is here', () => {
    client.setQueryData(['alignment', 4, 'full'], { version: 7 })
    applyServerEvent(client, 'alignment', '{"id":4,"version":7}')
    expect(stale('alignment', 4, 'full')).toBe(false)
    applyServerEvent(client, 'alignment', '{"id":4,"version":8}')
    expect(stale('alignment', 4, 'full')).toBe(true)
  })
  it('ask for everything of a kind when an event cannot be read', () => {
    applyServerEvent(client, 'plan', 'not json')
    expect(stale('plan', 1)).toBe(true)
  })
})
