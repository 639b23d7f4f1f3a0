/** The conditions as chips: each reads as words, and opens to be changed. */
import { Button, CloseButton, Popover, Text, Tooltip } from '@mantine/core'
import { IconFilterPlus, IconParentheses } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Chips.module.css'
import { ConditionEditor } from './ConditionEditor'
import { FieldPicker } from './FieldPicker'
import { conditionOn } from './fields'
import { conditionText, predicate, sentence, type Words } from './sentence'
import type { Condition, FilterNode } from './tree'
import type { Field } from './types'
import { useDraft } from './useDraft'

type ChipProps = {
  words: Words
  /** Why the server refuses it. */
  error?: string | undefined
  onRemove: () => void
}

export function ConditionChip(
  props: ChipProps & {
    condition: Condition
    onChange: (condition: Condition) => void
  },
) {
  const { words, condition, error, onRemove } = props
  const { t } = useTranslation('filters')
  const [opened, setOpened] = useState(false)
  const { draft, change, finish } = useDraft(condition, props.onChange)
  const field = words.catalogue.byKey.get(condition.field)
  const text = conditionText(words, condition)
  return (
    <Popover
      opened={opened}
      onChange={(open) => {
        setOpened(open)
        if (!open) finish()
      }}
      position="bottom-start"
      shadow="md"
      trapFocus
      returnFocus
    >
      <span className={classes.chip} data-error={error !== undefined}>
        <Popover.Target>
          <Tooltip label={error} disabled={error === undefined || opened} color="red" multiline maw={320}>
            <button
              type="button"
              className={classes.text}
              aria-label={t('edit', { condition: text })}
              title={text}
              onClick={() => setOpened(!opened)}
            >
              {field && !['place', 'search'].includes(field.type) ? (
                <>
                  <span className={classes.field}>{field.label}</span> {predicate(words, field, condition)}
                </>
              ) : (
                text
              )}
            </button>
          </Tooltip>
        </Popover.Target>
        <Remove text={text} onRemove={onRemove} />
      </span>
      <Popover.Dropdown aria-label={text}>
        {error !== undefined && (
          <Text size="sm" c="var(--mantine-color-error)" mb="xs" role="alert" maw={300}>
            {t('refused', { text: error })}
          </Text>
        )}
        {field ? (
          <ConditionEditor words={words} field={field} condition={draft} onChange={change} autoFocus />
        ) : (
          <Text size="sm">{text}</Text>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function Remove({ text, onRemove }: { text: string; onRemove: () => void }) {
  const { t } = useTranslation('filters')
  return (
    <CloseButton
      size="xs"
      radius="xl"
      className={classes.remove}
      aria-label={t('remove', { condition: text })}
      onClick={onRemove}
    />
  )
}

/** A group reads as a sentence and opens the builder. */
export function GroupChip({
  words,
  node,
  error,
  onRemove,
  onOpen,
}: ChipProps & { node: FilterNode; onOpen: () => void }) {
  const { t } = useTranslation('filters')
  const text = sentence(words, node).replace(/\.$/, '')
  return (
    <span className={classes.chip} data-error={error !== undefined}>
      <Tooltip label={error} disabled={error === undefined} color="red" multiline maw={320}>
        <button
          type="button"
          className={classes.text}
          aria-label={t('edit', { condition: text })}
          title={text}
          onClick={onOpen}
        >
          <IconParentheses size={14} aria-hidden className={classes.icon} />
          {text}
        </button>
      </Tooltip>
      <Remove text={text} onRemove={onRemove} />
    </span>
  )
}

/** "+ Filter": a field by typing, then what it compares with. */
export function AddCondition(props: {
  words: Words
  onAdd: (condition: Condition) => void
  /** Another value for the condition that was just added. */
  onChangeLast: (condition: Condition) => void
}) {
  const { t } = useTranslation('filters')
  const [opened, setOpened] = useState(false)
  const [field, setField] = useState<Field | null>(null)
  const close = () => {
    setOpened(false)
    setField(null)
  }
  return (
    <Popover
      opened={opened}
      onChange={(open) => (open ? setOpened(true) : close())}
      position="bottom-start"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          size="xs"
          radius="xl"
          variant="default"
          className={classes.add}
          leftSection={<IconFilterPlus size={14} aria-hidden />}
          onClick={() => (opened ? close() : setOpened(true))}
        >
          {t('add')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={field?.label ?? t('add')} w={field ? undefined : 260}>
        {field ? (
          <NewCondition {...props} key={field.key} field={field} onDone={close} />
        ) : (
          <FieldPicker catalogue={props.words.catalogue} onPick={setField} />
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function NewCondition(props: Parameters<typeof AddCondition>[0] & { field: Field; onDone: () => void }) {
  const { words, field, onAdd, onChangeLast, onDone } = props
  const [last, setLast] = useState<{ condition: Condition; added: boolean }>(() => ({
    condition: conditionOn(field),
    added: false,
  }))
  const { draft, change, finish } = useDraft(last.condition, (condition) => {
    if (last.added) onChangeLast(condition)
    else onAdd(condition)
    setLast({ condition, added: true })
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        finish()
        onDone()
      }}
    >
      <Text size="sm" fw={600} mb="xs">
        {field.label}
      </Text>
      <ConditionEditor words={words} field={field} condition={draft} onChange={change} autoFocus />
    </form>
  )
}
