import { Anchor, Code } from '@mantine/core'
import { useMemo } from 'react'
import { type Inline, parseMarkdown } from './markdown'
import classes from './Timeline.module.css'

/** A note as it is read. React writes every piece as text, so nothing in it is markup. */
export function RichText({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text])
  return (
    <div className={classes.text} dir="auto">
      {blocks.map((block, i) =>
        block.kind === 'list' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one text never move
          <ul key={i}>
            {block.items.map((item, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: nor do its lines
              <li key={n}>
                <Line parts={item} />
              </li>
            ))}
          </ul>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one text never move
          <p key={i}>
            {block.lines.map((line, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: nor do its lines
              <span key={n} className={classes.line}>
                <Line parts={line} />
              </span>
            ))}
          </p>
        ),
      )}
    </div>
  )
}

function Line({ parts }: { parts: Inline[] }) {
  return parts.map((part, i) => {
    const key = `${i}${part.kind}`
    switch (part.kind) {
      case 'bold':
        return <strong key={key}>{part.text}</strong>
      case 'italic':
        return <em key={key}>{part.text}</em>
      case 'code':
        return <Code key={key}>{part.text}</Code>
      case 'mention':
        return (
          <span key={key} className={classes.mention}>
            {part.text}
          </span>
        )
      case 'link':
        return (
          <Anchor key={key} href={part.href} target="_blank" rel="noreferrer noopener nofollow" inherit>
            {part.text}
          </Anchor>
        )
      default:
        return part.text
    }
  })
}
