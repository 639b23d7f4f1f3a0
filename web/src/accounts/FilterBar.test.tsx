import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { usersQuery } from '../api/queries'
import { renderSignedIn } from '../testing/render'
import { FilterBar } from './FilterBar'

describe('the filter bar', () => {
  it('writes the search when typing pauses, once', async () => {
    const onChange = vi.fn()
    await renderSignedIn(<FilterBar filter={{}} onChange={onChange} />)
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search accounts' }), 'bakery')
    expect(onChange).not.toHaveBeenCalled()
    await waitFor(() => expect(onChange.mock.calls).toEqual([[{ q: 'bakery' }]]))
  })
  it('shows a single condition in words, several as a number', async () => {
    await renderSignedIn(
      <FilterBar filter={{ status: ['customer'], coverage: ['due', 'overdue'] }} onChange={vi.fn()} />,
    )
    expect(screen.getByRole('button', { name: 'Status: Customer' })).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Coverage: 2' })).toBeInTheDocument()
  })
  it('adds a status in the order of the product, not of the clicks', async () => {
    const onChange = vi.fn()
    await renderSignedIn(<FilterBar filter={{ status: ['customer'] }} onChange={onChange} />)
    await userEvent.click(screen.getByRole('button', { name: 'Status: Customer' }))
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Prospect' }))
    expect(onChange).toHaveBeenCalledWith({ status: ['prospect', 'customer'] })
  })
  it('clears every condition at once', async () => {
    const onChange = vi.fn()
    const { queryClient } = await renderSignedIn(<FilterBar filter={{ class: ['A'] }} onChange={onChange} />)
    queryClient.setQueryData(usersQuery.queryKey, [])
    await userEvent.click(screen.getByRole('button', { name: 'Clear all' }))
    const cleared = onChange.mock.calls[0]?.[0] as Record<string, unknown>
    expect(Object.values(cleared).every((value) => value === undefined)).toBe(true)
    expect(cleared).toHaveProperty('class')
  })
})
