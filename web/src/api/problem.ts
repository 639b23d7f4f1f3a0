/** Errors of the API (RFC 9457) as exceptions. `detail` is a sentence that may be shown. */

export type ProblemCode =
  | 'invalid'
  | 'not_found'
  | 'conflict'
  | 'forbidden'
  | 'unauthenticated'
  | 'too_many'
  | 'unavailable'
  | 'internal'
  /** No answer at all: the network or the server is away. */
  | 'offline'

export class Problem extends Error {
  readonly status: number
  readonly code: ProblemCode
  readonly fields: { location: string; message: string }[]
  /** On a stale write, the current state of what was to be changed. */
  readonly current: unknown

  constructor(init: {
    status: number
    code: ProblemCode
    detail: string
    fields?: { location: string; message: string }[]
    current?: unknown
  }) {
    super(init.detail)
    this.name = 'Problem'
    this.status = init.status
    this.code = init.code
    this.fields = init.fields ?? []
    this.current = init.current
  }
}

const codes: Record<number, ProblemCode> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'invalid',
  429: 'too_many',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Reads a problem from an answer's body; a body that is none still gives a sentence. */
export function problemFrom(status: number, body: unknown): Problem {
  const known = isRecord(body) ? body : {}
  const fields = Array.isArray(known.errors)
    ? known.errors
        .filter(isRecord)
        .map((e) => ({ location: String(e.location ?? ''), message: String(e.message ?? '') }))
    : []
  return new Problem({
    status,
    code: typeof known.code === 'string' ? (known.code as ProblemCode) : (codes[status] ?? 'internal'),
    detail:
      typeof known.detail === 'string' ? known.detail : typeof known.title === 'string' ? known.title : '',
    fields,
    current: known.current,
  })
}

export const isProblem = (error: unknown, code?: ProblemCode): error is Problem =>
  error instanceof Problem && (code === undefined || error.code === code)
