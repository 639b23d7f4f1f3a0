/** A cell while it is changed: enter or leaving saves, escape takes back. */
import { Select, TagsInput, TextInput } from '@mantine/core'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CellWords, type Parsed, parseCell, textOf } from './cellValue'
import type { Column } from './columns'

type Props = {
  column: Column
  value: unknown
  words: CellWords
  onSave: (value: unknown) => void
  /** Back to the list, saved or not; a step aside when tab was pressed. */
  onDone: (step: -1 | 0 | 1) => void
}

export function CellEditor(props: Props) {
  if (props.column.type === 'choice') return <Choice {...props} />
  if (props.column.type === 'choices') return <Several {...props} />
  return <Typed {...props} />
}

const keyOf = (value: unknown) => JSON.stringify(value ?? null)

function Choice({ column, value, words, onSave, onDone }: Props) {
  const choices = words.choices(column).filter((choice) => choice.value !== 'me')
  return (
    <Select
      autoFocus
      defaultDropdownOpened
      size="xs"
      aria-label={column.label}
      searchable={choices.length > 8}
      allowDeselect={false}
      data={choices.map((choice) => ({ value: keyOf(choice.value), label: choice.label }))}
      value={keyOf(value)}
      onChange={(key) => {
        if (key !== null && key !== keyOf(value)) onSave(JSON.parse(key))
        onDone(0)
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') onDone(0)
      }}
      onBlur={() => onDone(0)}
      comboboxProps={{ width: 'max-content', position: 'bottom-start', withinPortal: true }}
    />
  )
}

function Several({ column, value, words, onSave, onDone }: Props) {
  const known = words.choices(column)
  const label = (v: unknown) => known.find((choice) => choice.value === v)?.label ?? String(v)
  const before = (Array.isArray(value) ? value : []).map(label)
  const [tags, setTags] = useState(before)
  const over = useRef(false)
  const finish = (keep: boolean, step: -1 | 0 | 1) => {
    if (over.current) return
    over.current = true
    const parsed = parseCell(column, tags.join(','), words)
    if (keep && 'value' in parsed && keyOf(tags) !== keyOf(before)) onSave(parsed.value)
    onDone(step)
  }
  return (
    <TagsInput
      autoFocus
      size="xs"
      aria-label={column.label}
      data={known.map((choice) => choice.label)}
      value={tags}
      onChange={setTags}
      maxTags={50}
      onKeyDown={(event) => {
        event.stopPropagation()
        const empty = (event.target as HTMLInputElement).value === ''
        if (event.key === 'Escape') finish(false, 0)
        else if (event.key === 'Enter' && empty) finish(true, 0)
        else if (event.key === 'Tab') {
          event.preventDefault()
          finish(true, event.shiftKey ? -1 : 1)
        }
      }}
      onBlur={() => finish(true, 0)}
    />
  )
}

function Typed({ column, value, words, onSave, onDone }: Props) {
  const { t } = useTranslation('lists')
  const before = localText(column, value, words)
  const [text, setText] = useState(before)
  const [wrong, setWrong] = useState<string | null>(null)
  const over = useRef(false)

  const finish = (step: -1 | 0 | 1, leaving = false) => {
    if (over.current) return
    if (text === before) {
      over.current = true
      onDone(step)
      return
    }
    const parsed: Parsed = parseCell(column, text, words)
    if ('wrong' in parsed) {
      // Who leaves with something that cannot be saved keeps what was there.
      if (leaving) {
        over.current = true
        onDone(0)
      } else setWrong(t(`edit.wrong.${parsed.wrong}`))
      return
    }
    over.current = true
    onSave(parsed.value)
    onDone(step)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Enter') finish(0)
    else if (event.key === 'Tab') {
      event.preventDefault()
      finish(event.shiftKey ? -1 : 1)
    } else if (event.key === 'Escape') {
      over.current = true
      onDone(0)
    }
  }
  return (
    <TextInput
      autoFocus
      size="xs"
      type={column.type === 'date' ? 'date' : 'text'}
      inputMode={column.end ? 'decimal' : undefined}
      dir="auto"
      aria-label={column.label}
      value={text}
      error={wrong}
      maxLength={1000}
      onFocus={(e) => e.currentTarget.type === 'text' && e.currentTarget.select()}
      onChange={(e) => {
        setText(e.currentTarget.value)
        setWrong(null)
      }}
      onKeyDown={onKeyDown}
      onBlur={() => finish(0, true)}
    />
  )
}

/** A figure is typed as it is shown, with the locale's decimal sign. */
function localText(column: Column, value: unknown, words: CellWords): string {
  if (column.end && typeof value === 'number')
    return new Intl.NumberFormat(words.locale, { useGrouping: false, maximumFractionDigits: 6 }).format(value)
  return textOf(column, value, words)
}
