/**
 * The small part of Markdown that notes may use, read into a tree that holds text and
 * nothing else: **bold**, *italic*, `code`, lists, links to http(s) and mailto, and
 * mentions @[Name](user:7). What is drawn from it can hold no markup of the writer.
 */

export type Inline =
  | { kind: 'text' | 'bold' | 'italic' | 'code' | 'mention'; text: string }
  | { kind: 'link'; text: string; href: string }
export type Block = { kind: 'paragraph'; lines: Inline[][] } | { kind: 'list'; items: Inline[][] }

const pattern =
  /@\[([^\]\n]{1,200})\]\(user:[1-9]\d{0,17}\)|\[([^\]\n]{1,500})\]\(([^()\s]{1,2000})\)|(https?:\/\/[^\s<>"]{1,2000})|\*\*([^*\n]{1,2000})\*\*|\*([^*\s][^*\n]{0,2000})\*|`([^`\n]{1,2000})`/g

/** The address of a link, or null for one that is not of the web or mail. */
export function safeHref(address: string): string | null {
  try {
    const url = new URL(address)
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null
  } catch {
    return null
  }
}

export function parseInline(line: string): Inline[] {
  const out: Inline[] = []
  let at = 0
  const text = (to: number) => {
    if (to > at) out.push({ kind: 'text', text: line.slice(at, to) })
  }
  for (const match of line.matchAll(pattern)) {
    const [whole, mention, label, address, bare, bold, italic, code] = match
    let end = match.index + whole.length
    let part: Inline | null = null
    if (mention) part = { kind: 'mention', text: `@${mention}` }
    else if (label && address) {
      const href = safeHref(address)
      if (href) part = { kind: 'link', text: label, href }
    } else if (bare) {
      const clean = bare.replace(/[.,;:!?)]+$/, '')
      end = match.index + clean.length
      const href = safeHref(clean)
      if (href) part = { kind: 'link', text: clean, href }
    } else if (bold) part = { kind: 'bold', text: bold }
    else if (italic) part = { kind: 'italic', text: italic }
    else if (code) part = { kind: 'code', text: code }
    if (!part) continue
    text(match.index)
    out.push(part)
    at = end
  }
  text(line.length)
  return out
}

export function parseMarkdown(source: string): Block[] {
  const blocks: Block[] = []
  let last: Block | null = null
  for (const line of source.split('\n')) {
    if (line.trim() === '') {
      last = null
      continue
    }
    const item = /^\s*[-*]\s+(.*)$/.exec(line)
    if (item) {
      if (last?.kind !== 'list') {
        last = { kind: 'list', items: [] }
        blocks.push(last)
      }
      last.items.push(parseInline(item[1] ?? ''))
    } else {
      if (last?.kind !== 'paragraph') {
        last = { kind: 'paragraph', lines: [] }
        blocks.push(last)
      }
      last.lines.push(parseInline(line))
    }
  }
  return blocks
}
