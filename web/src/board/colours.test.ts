import { describe, expect, it } from 'vitest'
import { colourOf, laneColours } from './colours'
import { aBoard } from './fixtures'

const channel = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const luminance = (hex: string) => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => channel(Number.parseInt(hex.slice(i, i + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

describe('lane colours', () => {
  it.each(['light', 'dark'] as const)('carry their number legibly, %s', (scheme) => {
    for (const { line, text } of laneColours[scheme])
      expect(contrast(line, text), `${text} on ${line}`).toBeGreaterThanOrEqual(4.5)
  })
  it('differ within a group', () => {
    const board = aBoard()
    const byRep = colourOf(board, 'rep', 'light')
    expect(byRep({ repId: 1, day: '2026-11-23' })).not.toBe(byRep({ repId: 1, day: '2026-11-24' }))
    const byDay = colourOf(board, 'day', 'light')
    expect(byDay({ repId: 1, day: '2026-11-23' })).not.toBe(byDay({ repId: 2, day: '2026-11-23' }))
  })
})
