/**
 * The typed client. Usage:
 *
 *   const account = await call(api.GET('/api/accounts/{id}', { params: { path: { id } }, signal }))
 *
 * `call` gives the answer's body or throws a Problem.
 */
import createClient, { type Middleware } from 'openapi-fetch'
import { Problem, problemFrom } from './problem'
import type { paths } from './schema.gen'

let csrfToken = ''

/** Takes over the token of `GET /api/me`; every unsafe request carries it. */
export function setCsrfToken(token: string) {
  csrfToken = token
}

const csrf: Middleware = {
  onRequest({ request }) {
    if (!['GET', 'HEAD'].includes(request.method) && csrfToken) request.headers.set('X-CSRF-Token', csrfToken)
    return request
  },
}

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? '' : location.origin,
  credentials: 'same-origin',
  // Looked up at each call, so that tests can stand in for the network.
  fetch: (request) => globalThis.fetch(request),
})
api.use(csrf)

/** openapi-fetch widens pairs to arrays; here they are pairs again, as in the schema. */
type Pairs<T> = T extends (infer E)[]
  ? Pairs<E>[]
  : T extends object
    ? {
        [K in keyof T]: K extends 'point' | 'startPoint' | 'endPoint'
          ? Exactly<T[K], [number, number]>
          : K extends 'bounds'
            ? Exactly<T[K], [number, number, number, number]>
            : Pairs<T[K]>
      }
    : T
type Exactly<V, Tuple> = V extends number[] ? Tuple : V

/** Waits for the answer; throws a Problem when it is none of success, or when there is no answer. */
export async function call<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Pairs<T>> {
  let result: { data?: T; error?: unknown; response: Response }
  try {
    result = await answer
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem({ status: 0, code: 'offline', detail: '' })
  }
  if (!result.response.ok) throw problemFrom(result.response.status, result.error)
  return result.data as Pairs<T>
}
