import { describe, expect, it } from 'vitest'
import { parseInline, parseMarkdown, safeHref } from './markdown'

describe('the text of a note', () => {
  it('is bold, italic, code, a link or a mention', () => {
    expect(
      parseInline('**Big** *news* `x` from @[Rosa Keller](user:3): [here](https://a.example/x)'),
    ).toEqual([
      { kind: 'bold', text: 'Big' },
      { kind: 'text', text: ' ' },
      { kind: 'italic', text: 'news' },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'x' },
      { kind: 'text', text: ' from ' },
      { kind: 'mention', text: '@Rosa Keller' },
      { kind: 'text', text: ': ' },
      { kind: 'link', text: 'here', href: 'https://a.example/x' },
    ])
  })
  it('links an address that stands alone, without the full stop behind it', () => {
    expect(parseInline('See https://a.example/b?c=1.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://a.example/b?c=1', href: 'https://a.example/b?c=1' },
      { kind: 'text', text: '.' },
    ])
  })
  it('makes no link of what a browser would run', () => {
    for (const bad of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      '//a.example',
      'x',
    ])
      expect(safeHref(bad)).toBeNull()
    expect(parseInline('[x](javascript:alert)')).toEqual([{ kind: 'text', text: '[x](javascript:alert)' }])
  })
  it('keeps markup as the text that it is', () => {
    const text = '<script>alert(1)</script><img src=x onerror=alert(1)>'
    expect(parseInline(text)).toEqual([{ kind: 'text', text }])
  })
  it('has paragraphs and lists', () => {
    expect(parseMarkdown('One\ntwo\n\n- a\n* b\nend').map((b) => b.kind)).toEqual([
      'paragraph',
      'list',
      'paragraph',
    ])
  })
  it('keeps every letter of what is written against its reader', () => {
    const letters = (text: string) => text.replace(/[^ab]/g, '')
    for (const text of ['*'.repeat(20_000), '['.repeat(20_000), '**a'.repeat(6_000), '`a*b'.repeat(5_000)]) {
      const shown = parseInline(text).map((part) => part.text)
      expect(letters(shown.join(''))).toBe(letters(text))
    }
  })
})
