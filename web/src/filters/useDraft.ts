/** A condition while it is written: passed on when it says enough, texts and numbers when typing pauses. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useRef, useState } from 'react'
import { isWhole } from './fields'
import type { Condition } from './tree'

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const typed = (condition: Condition) =>
  ['string', 'number'].includes(typeof condition.value) || condition.op === 'between'

export function useDraft(condition: Condition, onChange: (condition: Condition) => void) {
  const [draft, setDraft] = useState<Condition | null>(null)
  const sent = useRef(condition)
  const seen = useRef(condition)
  const send = (next: Condition) => {
    if (!isWhole(next) || same(next, sent.current)) return
    sent.current = next
    onChange(next)
  }
  const sendLater = useDebouncedCallback(send, { delay: 300, flushOnUnmount: true })
  if (!same(condition, seen.current)) {
    seen.current = condition
    // Changed from outside: back, forward, another view.
    if (!same(condition, sent.current)) {
      sent.current = condition
      if (draft) setDraft(null)
    }
  }
  return {
    draft: draft ?? condition,
    change(next: Condition) {
      setDraft(next)
      if (typed(next)) sendLater(next)
      else send(next)
    },
    /** What was typed last is sent, what is not whole is forgotten. */
    finish() {
      sendLater.flush()
      setDraft(null)
    },
  }
}
