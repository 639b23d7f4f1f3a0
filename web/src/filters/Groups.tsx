/** A group of conditions and the groups within it, to be changed by clicking. */
import { ActionIcon, Button, Group, Popover, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Builder.module.css'
import { OperationSelect } from './ConditionEditor'
import { FieldPicker } from './FieldPicker'
import { catalogueOf, conditionOn, isWide } from './fields'
import type { Words } from './sentence'
import {
  appendAt,
  type Condition,
  childrenOf,
  type FilterNode,
  groupOf,
  isCondition,
  isNot,
  joinAt,
  kindOf,
  mostDepth,
  negateAt,
  type Path,
  removeAt,
  replaceAt,
} from './tree'
import { ValueEditor } from './ValueEditor'

export type Edit = (change: (tree: FilterNode) => FilterNode | null) => void
type NodeProps = {
  words: Words
  edit: Edit
  path: Path
  refused: ReadonlyMap<string, string>
  /** How deep the tree stands in another one. */
  depth?: number
  /** The tree is about related accounts: theirs are not asked for in turn. */
  within?: boolean
}

export function GroupEditor({ node, ...shared }: NodeProps & { node: FilterNode }) {
  const { words, edit, path, depth = 0, within = false } = shared
  const { t } = useTranslation('filters')
  const kind = kindOf(node) ?? 'all'
  const deepest = path.length + depth >= mostDepth - 1
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
        <AddField
          words={words}
          within={within}
          onAdd={(condition) => edit((tree) => appendAt(tree, path, condition))}
        />
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
                  <div className={classes.value} data-wide={isWide(field)}>
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

function AddField({
  words,
  within,
  onAdd,
}: {
  words: Words
  within: boolean
  onAdd: (condition: Condition) => void
}) {
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
          catalogue={
            within ? catalogueOf(words.catalogue.list.filter((f) => f.key !== 'relation')) : words.catalogue
          }
          onPick={(field) => {
            setOpened(false)
            onAdd(conditionOn(field))
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
