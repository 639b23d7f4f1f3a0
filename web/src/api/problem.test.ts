import { describe, expect, it } from 'vitest'
import { call } from './client'
import { isProblem, Problem, problemFrom } from './problem'

describe('problems', () => {
  it('carry the code, the sentence, the fields and the current state', () => {
    const problem = problemFrom(409, {
      title: 'Conflict',
      status: 409,
      code: 'conflict',
      detail: 'Someone else changed it.',
      errors: [{ location: 'body.name', message: 'expected length >= 1' }],
      current: { id: 5 },
    })
    expect(problem).toMatchObject({
      status: 409,
      code: 'conflict',
      message: 'Someone else changed it.',
      current: { id: 5 },
    })
    expect(problem.fields).toEqual([{ location: 'body.name', message: 'expected length >= 1' }])
    expect(isProblem(problem, 'conflict')).toBe(true)
    expect(isProblem(problem, 'invalid')).toBe(false)
  })
  it('are made of the status alone when the body is none', () => {
    expect(problemFrom(503, '<html>')).toMatchObject({ code: 'unavailable', message: '' })
    expect(problemFrom(418, undefined)).toMatchObject({ code: 'internal' })
  })
  it('are thrown by a call that failed, and by one without an answer', async () => {
    const response = new Response(null, { status: 404 })
    await expect(
      call(Promise.resolve({ error: { code: 'not_found', detail: 'No.' }, response })),
    ).rejects.toThrow(Problem)
    await expect(call(Promise.reject(new TypeError('fetch failed')))).rejects.toMatchObject({
      code: 'offline',
    })
  })
})
