import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, call } from '../api/client'
import { startI18n } from '../i18n'
import { anAlignment, middle, someCells } from './fixtures'
import { alignmentQuery, cellsQuery } from './queries'
import type { Alignment, Cells } from './types'
import { useEdits } from './useEdits'

/** A request that waits for its answer; what is read is answered at once. */
type Asked = { path: string; body: unknown; answer: (r: Response) => void }
let asked: Asked[]
let stored: { full: Alignment; cells: Cells }
let client: QueryClient

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const edited = (version: number, cells: string[], territory: number) => ({
  version,
  canUndo: true,
  canRedo: false,
  changed: cells.length,
  edits: [{ cells, territory }],
  territories: stored.full.territories,
})

beforeEach(async () => {
  await startI18n('en')
  asked = []
  stored = { full: anAlignment(), cells: someCells() }
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname
    if (request.method === 'GET') return json(200, path.endsWith('/cells') ? stored.cells : stored.full)
    const body = JSON.parse(await request.text())
    return new Promise<Response>((answer) => {
      asked.push({ path, body, answer })
    })
  })
  client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } })
  client.setQueryData(alignmentQuery(7).queryKey, stored.full)
  client.setQueryData(cellsQuery(7).queryKey, stored.cells)
})
afterEach(() => vi.unstubAllGlobals())

function setup() {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </MantineProvider>
  )
  return renderHook(() => useEdits(7), { wrapper }).result
}
type Shown = ReturnType<typeof setup>

const nextRequest = async (count: number): Promise<Asked> => {
  await waitFor(() => expect(asked).toHaveLength(count))
  return asked[count - 1] as Asked
}
const division = (edits: Shown) => {
  if (!edits.current.division) throw new Error('nothing is loaded')
  return edits.current.division
}
const ownerOf = (edits: Shown, cell = middle) => division(edits).painting.ownerOf(cell)

/** Paints one cell as a hand does, and stores it. */
function paint(edits: Shown, cell: string, to: number) {
  act(() => {
    const stroke = division(edits).painting.stroke()
    division(edits).paint(stroke, [cell], to)
    const change = stroke.end()
    if (change) edits.current.stroke(change)
  })
}

describe('a stroke', () => {
  it('is on the screen before the server answers, and names the version that was seen', async () => {
    const edits = setup()
    paint(edits, middle, 2)
    expect(ownerOf(edits)).toBe(2)
    const request = await nextRequest(1)
    expect(request).toMatchObject({
      path: '/api/alignments/7/edits',
      body: { version: 3, edits: [{ cells: [middle], territory: 2 }] },
    })
    expect(edits.current.busy).toBe(true)
    await act(async () => request.answer(json(200, edited(4, [middle], 2))))
    await waitFor(() => expect(edits.current.busy).toBe(false))
    expect(client.getQueryData(alignmentQuery(7).queryKey)).toMatchObject({ version: 4, canUndo: true })
    expect(ownerOf(edits)).toBe(2)
  })

  it('waits for the one before, and builds on the version that it made', async () => {
    const edits = setup()
    paint(edits, middle, 2)
    const first = await nextRequest(1)
    paint(edits, middle, 1)
    await act(async () => first.answer(json(200, edited(4, [middle], 2))))
    // The first answer does not take the second stroke off the screen.
    expect(ownerOf(edits)).toBe(1)
    const second = await nextRequest(2)
    expect(second.body).toMatchObject({ version: 4, edits: [{ cells: [middle], territory: 1 }] })
  })

  it('on an old state shows the state as it is, says who changed it, and is painted again when asked', async () => {
    const edits = setup()
    const other = someCells().cells[18]?.cell as string
    paint(edits, middle, 2)
    const request = await nextRequest(1)
    paint(edits, other, 1)
    // Somebody has given the other cell to nobody.
    stored = {
      full: anAlignment({ version: 9 }),
      cells: {
        ...someCells(9),
        cells: someCells().cells.map((each) => (each.cell === other ? { ...each, territory: null } : each)),
      },
    }
    await act(async () =>
      request.answer(json(409, { status: 409, code: 'conflict', detail: 'x', current: stored.full })),
    )
    await waitFor(() => expect(edits.current.conflict?.by).toBe('Ada Lindqvist'))
    await waitFor(() => expect([ownerOf(edits), ownerOf(edits, other)]).toEqual([1, 0]))
    expect(asked).toHaveLength(1)

    act(() => edits.current.retryConflict())
    expect([ownerOf(edits), ownerOf(edits, other)]).toEqual([2, 1])
    const again = await nextRequest(2)
    expect(again.body).toMatchObject({ version: 9, edits: [{ cells: [middle], territory: 2 }] })
    expect(edits.current.conflict).toBeNull()
  })

  it('that was refused stays kept while others are painted, and with what is refused after it', async () => {
    const edits = setup()
    const [one, two] = [someCells().cells[18]?.cell as string, someCells().cells[17]?.cell as string]
    const refuse = async (request: Asked, version: number) => {
      stored = { full: anAlignment({ version }), cells: someCells(version) }
      await act(async () =>
        request.answer(json(409, { status: 409, code: 'conflict', current: stored.full })),
      )
    }
    paint(edits, middle, 2)
    await refuse(await nextRequest(1), 9)
    await waitFor(() => expect(edits.current.conflict?.changes.map((each) => each.cells)).toEqual([[middle]]))
    // The screen shows what is stored, and another stroke is stored beside it.
    expect(ownerOf(edits)).toBe(1)
    paint(edits, one, 1)
    await act(async () => (await nextRequest(2)).answer(json(200, edited(10, [one], 1))))
    await waitFor(() => expect(edits.current.busy).toBe(false))
    paint(edits, two, 1)
    await refuse(await nextRequest(3), 12)
    await waitFor(() =>
      expect(edits.current.conflict?.changes.map((each) => each.cells)).toEqual([[middle], [two]]),
    )
    // What is painted anew is not painted over by what was kept.
    paint(edits, two, 0)
    expect(edits.current.conflict?.changes.map((each) => each.cells)).toEqual([[middle]])
    act(() => edits.current.dropConflict())
    expect(edits.current.conflict).toBeNull()
  })

  it('that fails goes back', async () => {
    const edits = setup()
    paint(edits, middle, 2)
    const request = await nextRequest(1)
    await act(async () => request.answer(json(500, { status: 500, detail: '' })))
    await waitFor(() => expect(ownerOf(edits)).toBe(1))
    expect(edits.current.conflict).toBeNull()
  })
})

describe('a change with one click', () => {
  it('that was refused is kept and done again, on the version that is there now', async () => {
    const edits = setup()
    const versions: number[] = []
    const lock = vi.fn(async (version: number) => {
      versions.push(version)
      return call(
        api.POST('/api/alignments/{id}/locks', {
          params: { path: { id: 7 } },
          body: { version, cells: [middle], locked: true },
        }),
      )
    })
    act(() => edits.current.act(lock))
    const request = await nextRequest(1)
    stored = { full: anAlignment({ version: 9 }), cells: someCells(9) }
    await act(async () => request.answer(json(409, { status: 409, code: 'conflict', current: stored.full })))
    await waitFor(() => expect(edits.current.conflict).toMatchObject({ by: 'Ada Lindqvist', changes: [] }))
    act(() => edits.current.retryConflict())
    await act(async () => (await nextRequest(2)).answer(json(200, edited(10, [], 1))))
    await waitFor(() => expect(edits.current.busy).toBe(false))
    expect(versions).toEqual([3, 9])
    expect(edits.current.conflict).toBeNull()
  })
})

describe('undo', () => {
  it('shows the cells that the server goes back to', async () => {
    const edits = setup()
    act(() => edits.current.undo())
    const request = await nextRequest(1)
    expect(request).toMatchObject({ path: '/api/alignments/7/undo', body: { version: 3 } })
    await act(async () => request.answer(json(200, edited(4, [middle], 2))))
    await waitFor(() => expect(ownerOf(edits)).toBe(2))
  })
})

describe('a change elsewhere', () => {
  it('brings the ground as it is', async () => {
    const edits = setup()
    stored = {
      full: anAlignment({ version: 5 }),
      cells: {
        ...someCells(5),
        cells: someCells().cells.map((each) => ({ ...each, territory: 2 })),
      },
    }
    await act(() => client.invalidateQueries({ queryKey: alignmentQuery(7).queryKey }))
    await waitFor(() => expect(ownerOf(edits)).toBe(2))
  })
})
