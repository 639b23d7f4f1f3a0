/** One condition: its operation, and what it compares with. */
import { NativeSelect, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { isWide, opGroup, withOp } from './fields'
import type { Condition } from './tree'
import type { Field } from './types'
import { type EditorProps, ValueEditor } from './ValueEditor'

export function OperationSelect({
  field,
  condition,
  onChange,
}: {
  field: Field
  condition: Condition
  onChange: (condition: Condition) => void
}) {
  const { t, i18n } = useTranslation('filters')
  const label = (op: string) => {
    const key = `filters:op.${opGroup(field.type)}.${op}`
    return i18n.exists(key) ? i18n.t(key as 'filters:op.boolean.is') : op
  }
  return (
    <NativeSelect
      size="xs"
      aria-label={t('value.operation')}
      value={condition.op}
      onChange={(e) => onChange(withOp(condition, e.currentTarget.value))}
      data={field.ops.map((value) => ({ value, label: label(value) }))}
    />
  )
}

export function ConditionEditor(props: EditorProps) {
  const { field, condition, onChange } = props
  return (
    <Stack gap="sm" miw={isWide(field) ? 'min(26rem, 80vw)' : 220} maw={isWide(field) ? '26rem' : undefined}>
      {field.ops.length > 1 && <OperationSelect field={field} condition={condition} onChange={onChange} />}
      <ValueEditor {...props} />
    </Stack>
  )
}
