/** The whole filter as nested groups: all of, any of, not. */
import { Button, Group, Modal, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFilterCheck } from './check'
import { isWhole } from './fields'
import { type Edit, GroupEditor } from './Groups'
import { sentence, type Words } from './sentence'
import {
  asGroup,
  childrenOf,
  conditionsIn,
  type FilterNode,
  groupOf,
  isCondition,
  isNot,
  kindOf,
  pruned,
} from './tree'

/** Without conditions that do not say enough yet. */
const wholeOnly = (node: FilterNode): FilterNode | null => {
  if (isCondition(node)) return isWhole(node) ? node : null
  if (isNot(node)) {
    const inner = wholeOnly(node.not)
    return inner && { not: inner }
  }
  return groupOf(
    kindOf(node) ?? 'all',
    childrenOf(node)
      .map(wholeOnly)
      .filter((n) => n !== null),
  )
}

export function Builder({
  words,
  tree: initial,
  onDone,
  onClose,
}: {
  words: Words
  tree: FilterNode | null
  onDone: (tree: FilterNode | null) => void
  onClose: () => void
}) {
  const { t } = useTranslation(['filters', 'common'])
  const [tree, setTree] = useState<FilterNode>(() => {
    const { kind, children } = asGroup(initial)
    return groupOf(kind, children)
  })
  const edit: Edit = (change) => setTree((known) => change(known) ?? { all: [] })
  const whole = pruned(wholeOnly(tree))
  const [checked] = useDebouncedValue(whole, 400)
  const check = useFilterCheck(checked)
  const unfinished = conditionsIn(tree).some(({ condition }) => !isWhole(condition))

  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('builder.title')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <GroupEditor words={words} edit={edit} path={[]} node={tree} refused={check.refused} />
      <Text size="sm" mt="md" mih="3em" aria-live="polite">
        {sentence(words, whole) || t('builder.empty')}{' '}
        {check.total !== undefined && (
          <Text component="span" c="dimmed" inherit>
            {t('builder.matching', { count: check.total, formatted: words.format.number(check.total) })}
          </Text>
        )}
      </Text>
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('common:action.cancel')}
        </Button>
        <Button disabled={unfinished} onClick={() => onDone(whole)}>
          {t('value.apply')}
        </Button>
      </Group>
    </Modal>
  )
}
