import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { kindQuery } from './kind'

let asked: string[]
let client: QueryClient
/** Answers by path; others are not there. */
let answers: Record<string, unknown>

beforeEach(() => {
  asked = []
  answers = {}
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname
    asked.push(path)
    const found = answers[path]
    return new Response(JSON.stringify(found ?? { status: 404, code: 'not_found' }), {
      status: found ? 200 : 404,
      headers: { 'content-type': 'application/json' },
    })
  })
})
afterEach(() => vi.unstubAllGlobals())

const kind = () => client.fetchQuery(kindQuery(client, 5))

describe('the kind of a plan', () => {
  it('is known from a list without asking', async () => {
    client.setQueryData(['plans', 'period'], [{ id: 5, kind: 'period' }])
    expect(await kind()).toBe('period')
    expect(asked).toEqual([])
  })
  it('is told by its head, which a board shows and a day does not', async () => {
    answers['/api/plans/5/head'] = { id: 5, kind: 'day' }
    expect(await kind()).toBe('day')
    expect(client.getQueryData(['plan', 5, 'head'])).toBeUndefined()
    expect(asked).toEqual(['/api/plans/5/head'])
  })
  it('keeps the head of a period, and asks for nothing that is not there', async () => {
    answers['/api/plans/5/head'] = { id: 5, kind: 'period' }
    expect(await kind()).toBe('period')
    expect(client.getQueryData(['plan', 5, 'head'])).toMatchObject({ id: 5 })
    expect(asked).toEqual(['/api/plans/5/head'])
  })
  it('is not known when there is no such plan', async () => {
    await expect(kind()).rejects.toMatchObject({ code: 'not_found' })
  })
})
