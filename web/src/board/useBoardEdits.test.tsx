import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startI18n } from '../i18n'
import { aBoard, aHead, laneOf } from './fixtures'
import { withMoves } from './moves'
import { boardQuery } from './queries'
import type { Board, Move } from './types'
import { useBoardEdits } from './useBoardEdits'

const monday = '2026-11-23'
const move: Move = { visitId: 12, to: { repId: 2, day: monday, position: 1 } }

/** A request that waits for its answer. */
type Asked = { path: string; body: { version: number; moves: Move[] }; answer: (r: Response) => void }
let asked: Asked[]
let client: QueryClient

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const at = (version: number, board: Board): Board => ({ ...board, plan: aHead({ version }) })
const shown = () => client.getQueryData<Board>(boardQuery(7).queryKey) as Board
const order = (repId: number) => laneOf(shown(), repId, monday).stops.map((stop) => stop.visitId)

beforeEach(async () => {
  await startI18n('en')
  asked = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const body = JSON.parse(await request.text())
    return new Promise<Response>((answer) => {
      asked.push({ path: new URL(request.url).pathname, body, answer })
    })
  })
  client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } })
  client.setQueryData(boardQuery(7).queryKey, aBoard())
})
afterEach(() => vi.unstubAllGlobals())

function setup() {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </MantineProvider>
  )
  return renderHook(() => useBoardEdits(7), { wrapper }).result
}
const nextRequest = async (count: number): Promise<Asked> => {
  await waitFor(() => expect(asked).toHaveLength(count))
  return asked[count - 1] as Asked
}

describe('a change of the board', () => {
  it('is on the screen before the server answers, its lanes marked as not timed yet', async () => {
    const edits = setup()
    act(() => edits.current.apply([move]))
    const request = await nextRequest(1)
    expect(request.body).toEqual({ version: 3, moves: [move] })
    expect(order(1)).toEqual([11, 13])
    expect(order(2)).toEqual([12, 21])
    await waitFor(() => expect([...edits.current.stale].sort()).toEqual([`1/${monday}`, `2/${monday}`]))

    const theirs = at(4, withMoves(aBoard(), [{ visitId: 12, to: { repId: 2, day: monday, position: 2 } }]))
    await act(async () => request.answer(json(200, theirs)))
    await waitFor(() => expect(order(2)).toEqual([21, 12]))
    expect(shown().plan.version).toBe(4)
    expect(edits.current.stale.size).toBe(0)
  })

  it('waits for the one before, and builds on the version that it made', async () => {
    const edits = setup()
    act(() => edits.current.apply([move]))
    const first = await nextRequest(1)
    const second: Move = { visitId: 31, to: { repId: 1, day: monday, position: 1 } }
    act(() => edits.current.apply([second]))
    await waitFor(() => expect(order(1)).toEqual([31, 11, 13]))
    expect(asked).toHaveLength(1)
    await act(async () => first.answer(json(200, at(4, withMoves(aBoard(), [move])))))
    const next = await nextRequest(2)
    expect(next.body).toEqual({ version: 4, moves: [second] })
    // The first answer does not take the second change off the screen.
    expect(order(1)).toEqual([31, 11, 13])
    await act(async () => next.answer(json(200, at(5, withMoves(aBoard(), [move, second])))))
    await waitFor(() => expect(shown().plan.version).toBe(5))
  })

  it('made on an old state shows the state as it is, keeps what was meant, and does it when asked', async () => {
    const edits = setup()
    act(() => edits.current.apply([move]))
    const request = await nextRequest(1)
    const current = at(8, withMoves(aBoard(), [{ visitId: 13, unplan: true }]))
    await act(async () => request.answer(json(409, { status: 409, code: 'conflict', detail: 'x', current })))
    await waitFor(() => expect(edits.current.conflict).toEqual({ moves: [move] }))
    expect(order(1)).toEqual([11, 12])
    expect(shown().plan.version).toBe(8)

    act(() => edits.current.retryConflict())
    const again = await nextRequest(2)
    expect(again.body).toEqual({ version: 8, moves: [move] })
    expect(edits.current.conflict).toBeNull()
    await act(async () => again.answer(json(200, at(9, withMoves(current, [move])))))
    await waitFor(() => expect(order(2)).toEqual([12, 21]))
  })

  it('of a visit that is gone meanwhile is not offered again', async () => {
    const edits = setup()
    act(() => edits.current.apply([{ visitId: 31, to: { repId: 1, day: monday, position: 1 } }]))
    const request = await nextRequest(1)
    const current = at(8, aBoard({ unplanned: [] }))
    await act(async () => request.answer(json(409, { status: 409, code: 'conflict', detail: 'x', current })))
    await waitFor(() => expect(edits.current.conflict).toEqual({ moves: [] }))
    act(() => edits.current.retryConflict())
    expect(edits.current.conflict).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('that fails goes back', async () => {
    const edits = setup()
    act(() => edits.current.apply([move]))
    const request = await nextRequest(1)
    expect(order(2)).toEqual([12, 21])
    await act(async () => request.answer(json(500, { status: 500, detail: '' })))
    await waitFor(() => expect(order(1)).toEqual([11, 12, 13]))
    expect(order(2)).toEqual([21])
    expect(edits.current.conflict).toBeNull()
  })
})

describe('undo', () => {
  it('shows the state that the server goes back to', async () => {
    const edits = setup()
    act(() => edits.current.undo())
    const request = await nextRequest(1)
    expect(request.path).toBe('/api/plans/7/undo')
    expect(request.body).toEqual({ version: 3 })
    await act(async () => request.answer(json(200, at(4, withMoves(aBoard(), [move])))))
    await waitFor(() => expect(order(2)).toEqual([12, 21]))
  })
})
