import { QueryClient } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { teamsQuery, usersQuery } from '../api/queries'
import { fieldsQuery } from '../filters/fields'
import { someFields } from '../filters/someFields'
import { segmentsQuery } from '../segments/queries'
import { renderSignedIn } from '../testing/render'
import { FilterBar } from './FilterBar'

const customer = { field: 'status', op: 'in', value: ['customer'] }
const big = { field: 'revenue', op: 'gt', value: 1000 }
const text = (tree: unknown) => JSON.stringify(tree)

async function show(props: Parameters<typeof FilterBar>[0]) {
  const known = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } })
  known.setQueryData(fieldsQuery.queryKey, someFields)
  known.setQueryData(usersQuery.queryKey, [])
  known.setQueryData(teamsQuery.queryKey, [])
  known.setQueryData(segmentsQuery.queryKey, [])
  await renderSignedIn(<FilterBar {...props} />, undefined, known)
}

describe('the filter bar', () => {
  it('writes the search when typing pauses, once', async () => {
    const onChange = vi.fn()
    await show({ filter: {}, onChange })
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search accounts' }), 'bakery')
    expect(onChange).not.toHaveBeenCalled()
    await waitFor(() => expect(onChange.mock.calls).toEqual([[{ q: 'bakery' }]]))
  })
  it('reads each condition as words, and all of them as a sentence', async () => {
    await show({ filter: { filter: text({ all: [customer, big] }) }, onChange: vi.fn() })
    expect(screen.getByRole('button', { name: 'Change: Status is Customer' })).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Change: Revenue is more than $1,000' })).toBeInTheDocument()
    expect(screen.getByText('Status is Customer and revenue is more than $1,000.')).toBeInTheDocument()
  })
  it('shows a group as one chip', async () => {
    await show({ filter: { filter: text({ any: [customer, big] }) }, onChange: vi.fn() })
    expect(
      screen.getByRole('button', { name: 'Change: Status is Customer or revenue is more than $1,000' }),
    ).toBeInTheDocument()
  })
  it('adds a status in the order of the product, not of the clicks', async () => {
    const onChange = vi.fn()
    await show({ filter: { status: ['customer'] }, onChange })
    await userEvent.click(screen.getByRole('button', { name: 'Change: Status is Customer' }))
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Prospect' }))
    expect(onChange.mock.calls.at(-1)?.[0]).toMatchObject({
      status: undefined,
      filter: text({ ...customer, value: ['prospect', 'customer'] }),
    })
  })
  it('takes one condition away and keeps the other', async () => {
    const onChange = vi.fn()
    await show({ filter: { filter: text({ all: [customer, big] }) }, onChange })
    await userEvent.click(screen.getByRole('button', { name: 'Status is Customer, remove' }))
    expect(onChange.mock.calls.at(-1)?.[0]).toMatchObject({ filter: text(big) })
  })
  it('finds a field although it is typed with a mistake, and adds what was chosen', async () => {
    const onChange = vi.fn()
    await show({ filter: { filter: text(big) }, onChange })
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    await userEvent.type(
      await screen.findByRole('textbox', { name: 'Type to find a field' }),
      'statsu{Enter}',
    )
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Customer' }))
    expect(onChange.mock.calls.at(-1)?.[0]).toMatchObject({ filter: text({ all: [big, customer] }) })
  })
  it('says at the condition why the server refuses it', async () => {
    const refusal = new Problem({
      status: 422,
      code: 'invalid',
      detail: 'no',
      fields: [{ location: 'filter.all[1].value', message: 'A number, please.' }],
    })
    await show({ filter: { filter: text({ all: [customer, big] }) }, onChange: vi.fn(), error: refusal })
    await userEvent.click(screen.getByRole('button', { name: /^Change: Revenue/ }))
    expect(await screen.findByRole('alert')).toHaveTextContent('A number, please.')
  })
  it('clears every condition at once', async () => {
    const onChange = vi.fn()
    await show({ filter: { filter: text(customer), q: 'x' }, onChange })
    await userEvent.click(screen.getByRole('button', { name: 'Clear all' }))
    const cleared = onChange.mock.calls[0]?.[0] as Record<string, unknown>
    expect(Object.values(cleared).every((value) => value === undefined)).toBe(true)
    expect(Object.keys(cleared)).toEqual(expect.arrayContaining(['filter', 'status', 'q', 'within']))
  })
})
