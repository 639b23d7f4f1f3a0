import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { renderSignedIn } from '../testing/render'
import { QuietField } from './QuietField'

async function setup(check?: (value: string) => string | null) {
  const onSave = vi.fn()
  await renderSignedIn(<QuietField label="Phone" value="555" onSave={onSave} check={check} />)
  return { onSave, field: screen.getByLabelText('Phone'), user: userEvent.setup() }
}

describe('a quiet field', () => {
  it('saves once on enter, trimmed, and not again when it is left', async () => {
    const { onSave, field, user } = await setup()
    await user.clear(field)
    await user.type(field, ' 777 {Enter}')
    await user.tab()
    expect(onSave.mock.calls).toEqual([['777']])
  })
  it('saves when it is left', async () => {
    const { onSave, field, user } = await setup()
    await user.type(field, '1')
    await user.tab()
    expect(onSave).toHaveBeenCalledWith('5551')
  })
  it('saves nothing when nothing changed, and escape takes back', async () => {
    const { onSave, field, user } = await setup()
    await user.type(field, '9{Escape}')
    expect(field).toHaveValue('555')
    await user.tab()
    expect(onSave).not.toHaveBeenCalled()
  })
  it('says what is wrong and keeps the text', async () => {
    const { onSave, field, user } = await setup((text) => (text ? null : 'A phone is needed.'))
    await user.clear(field)
    await user.tab()
    expect(screen.getByText('A phone is needed.')).toBeInTheDocument()
    expect(onSave).not.toHaveBeenCalled()
  })
})
