import { Textarea, TextInput, type TextInputProps } from '@mantine/core'
import { type FocusEvent, type KeyboardEvent, useState } from 'react'
import classes from './QuietField.module.css'

type Props = {
  label: string
  value: string
  /** Called with the new text when it differs. */
  onSave: (value: string) => void
  /** A sentence when the text cannot be saved, shown under the field. */
  check?: (value: string) => string | null
  multiline?: boolean
  /** The heading above says it already. */
  hideLabel?: boolean
  disabled?: boolean
} & Pick<
  TextInputProps,
  'type' | 'inputMode' | 'className' | 'description' | 'rightSection' | 'placeholder' | 'autoComplete'
>

/** A field that reads as text until it is touched. Enter or leaving saves, escape takes back. */
export function QuietField({ label, value, onSave, check, multiline, hideLabel, disabled, ...rest }: Props) {
  const [draft, setDraft] = useState<string | null>(null)
  const shown = draft ?? value
  const error = draft === null ? null : (check?.(draft.trim()) ?? null)

  const finish = () => {
    if (draft === null || error) return
    const text = draft.trim()
    setDraft(null)
    if (text !== value) onSave(text)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape' && draft !== null) {
      event.stopPropagation()
      setDraft(null)
    } else if (event.key === 'Enter' && (!multiline || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      finish()
    }
  }
  const shared = {
    ...(hideLabel ? { 'aria-label': label } : { label }),
    value: shown,
    error,
    readOnly: disabled,
    onBlur: (_: FocusEvent) => finish(),
    onKeyDown,
    classNames: { input: classes.input, label: classes.label },
    ...rest,
  }
  if (multiline)
    return (
      <Textarea
        autosize
        minRows={3}
        maxRows={14}
        {...shared}
        onChange={(e) => setDraft(e.currentTarget.value)}
      />
    )
  return <TextInput {...shared} onChange={(e) => setDraft(e.currentTarget.value)} />
}
