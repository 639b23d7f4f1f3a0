/** The whole filter as nested groups: all of, any of, not. */
import {
  ActionIcon,
  Button,
  Group,
  Modal,
  Popover,
  SegmentedControl,
  Stack,
  Switch,
  Text,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Builder.module.css'
import { OperationSelect } from './ConditionEditor'
import { useFilterCheck } from './check'
import { FieldPicker } from './FieldPicker'
import { conditionOn, isWhole } from './fields'
import { sentence, type Words } from './sentence'
import {
  appendAt,
  asGroup,
  type Condition,
  childrenOf,
  conditionsIn,
  type FilterNode,
  groupOf,
  isCondition,
  isNot,
  joinAt,
  kindOf,
  mostDepth,
  negateAt,
  type Path,
  pruned,
  removeAt,
  replaceAt,
} from './tree'
import { ValueEditor } from './ValueEditor'

type Edit = (change: (tree: FilterNode) => FilterNode | null) => void
type NodeProps = { words: Words; edit: Edit; path: Path; refused: ReadonlyMap<string, string> }

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

function GroupEditor({ node, ...shared }: NodeProps & { node: FilterNode }) {
  const { words, edit, path } = shared
  const { t } = useTranslation('filters')
  const kind = kindOf(node) ?? 'all'
  const deepest = path.length >= mostDepth - 1
  return (
    <fieldset className={classes.group} aria-label={t('builder.group')}>
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('builder.joined')}
          value={kind}
          onChange={(to) => edit((tree) => joinAt(tree, path, to === 'any' ? 'any' : 'all'))}
          data={[
            { value: 'all', label: t('builder.all') },
            { value: 'any', label: t('builder.any') },
          ]}
        />
      </Group>
      <Stack gap="xs">
        {childrenOf(node).map((child, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a path is what names a part of the tree
          <Child key={index} {...shared} path={[...path, index]} node={child} />
        ))}
      </Stack>
      <Group gap="xs" mt="xs">
        <AddField words={words} onAdd={(condition) => edit((tree) => appendAt(tree, path, condition))} />
        {!deepest && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => edit((tree) => appendAt(tree, path, groupOf(kind === 'all' ? 'any' : 'all', [])))}
          >
            {t('builder.addGroup')}
          </Button>
        )}
      </Group>
    </fieldset>
  )
}

/** A condition or a group, negated or not. */
function Child({ node, ...shared }: NodeProps & { node: FilterNode }) {
  const { words, edit, path, refused } = shared
  const { t } = useTranslation('filters')
  const negated = isNot(node)
  const inner = negated ? node.not : node
  const innerPath = negated ? [...path, 0] : path
  const field = isCondition(inner) ? words.catalogue.byKey.get(inner.field) : undefined
  const error = refused.get(innerPath.join())
  const change = (condition: Condition) => edit((tree) => replaceAt(tree, innerPath, condition))
  return (
    <div className={classes.child}>
      <Switch
        size="xs"
        label={t('builder.negate')}
        checked={negated}
        onChange={() => edit((tree) => negateAt(tree, path))}
      />
      <div className={classes.body}>
        {isCondition(inner) ? (
          <>
            <div className={classes.condition}>
              <Text size="sm" fw={600} className={classes.field}>
                {field?.label ?? inner.field}
              </Text>
              {field && (
                <>
                  <OperationSelect field={field} condition={inner} onChange={change} />
                  <div className={classes.value}>
                    <ValueEditor words={words} field={field} condition={inner} onChange={change} />
                  </div>
                </>
              )}
            </div>
            {error && (
              <Text size="xs" c="var(--mantine-color-error)" role="alert">
                {error}
              </Text>
            )}
          </>
        ) : (
          <GroupEditor {...shared} path={innerPath} node={inner} />
        )}
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('builder.remove')}
        onClick={() => edit((tree) => removeAt(tree, path))}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}

function AddField({ words, onAdd }: { words: Words; onAdd: (condition: Condition) => void }) {
  const { t } = useTranslation('filters')
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          {t('builder.addCondition')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('builder.addCondition')} w={260}>
        <FieldPicker
          catalogue={words.catalogue}
          onPick={(field) => {
            setOpened(false)
            onAdd(conditionOn(field))
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
