import { describe, expect, it } from 'vitest'
import { mentionAt, withMentions, withoutMentions } from './mentions'

describe('mentions', () => {
  const people = new Map([
    ['Rosa', 1],
    ['Rosa Keller', 3],
  ])
  it('of the longest name that fits', () => {
    expect(withMentions('@Rosa Keller and @Rosa, not @Rosanna', people)).toBe(
      '@[Rosa Keller](user:3) and @[Rosa](user:1), not @Rosanna',
    )
  })
  it('can be edited and kept again', () => {
    const kept = 'Ask @[Rosa Keller](user:3)!'
    const edit = withoutMentions(kept)
    expect(edit.text).toBe('Ask @Rosa Keller!')
    expect(withMentions(edit.text, edit.people)).toBe(kept)
  })
  it('are looked for while a name is typed', () => {
    expect(mentionAt('Ask @ro', 7)).toEqual({ from: 4, typed: 'ro' })
    expect(mentionAt('Ask @Rosa Ke', 12)).toEqual({ from: 4, typed: 'Rosa Ke' })
    expect(mentionAt('mail@example', 12)).toBeNull()
    expect(mentionAt('Ask ', 4)).toBeNull()
  })
})
