import { Button, CloseButton, Group, Switch, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import {
  IconHexagons,
  IconLasso,
  IconParentheses,
  IconSearch,
  IconStopwatch,
  IconX,
} from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { reachOf } from '../app/reach'
import type { AccountFilter } from '../app/search'
import { noFilter, treeOf, withTree } from '../filters/address'
import { AddCondition, ConditionChip, GroupChip } from '../filters/Chips'
import chips from '../filters/Chips.module.css'
import { refusals } from '../filters/check'
import { sentence } from '../filters/sentence'
import {
  appendAt,
  asGroup,
  countConditions,
  type FilterNode,
  groupOf,
  isCondition,
  type Path,
  removeAt,
  replaceAt,
} from '../filters/tree'
import { useWords } from '../filters/useWords'
import { useFormat } from '../i18n/format'
import classes from './FilterBar.module.css'

const Builder = lazy(() => import('../filters/Builder').then((m) => ({ default: m.Builder })))

type Props = {
  filter: AccountFilter
  /** Changes some of the filter; undefined takes a condition away. */
  onChange: (change: Partial<AccountFilter>) => void
  /** Shown as a switch when the list can follow the map. */
  inView?: boolean
  onInView?: ((inView: boolean) => void) | undefined
  /** The name of the place where the drive-time area begins. */
  reachName?: string | undefined
  /** What the server said about the filter. */
  error?: unknown
  /** At the end of the conditions. */
  end?: ReactNode
  children?: ReactNode
}

/** Search, and a chip for each condition; the same above the list, on the map and beside the regions. */
export function FilterBar(props: Props) {
  const { filter, onChange, inView, onInView, reachName, error, end, children } = props
  const { t } = useTranslation('filters')
  const words = useWords()
  const [building, setBuilding] = useState(false)
  const tree = treeOf(filter)
  // All of the chips hold: what is joined otherwise is one of them.
  const parts = asGroup(tree)
  const members = parts.kind === 'all' ? parts.children : tree ? [tree] : []
  const root = groupOf('all', members)
  const change = (next: FilterNode | null) => onChange(withTree(next))
  const refused = refusals(error)
  const errorOf = (index: number): string | undefined => {
    // The server was sent the tree as it is stored: one condition has no group around it.
    const own = parts.kind === 'all' && tree && 'all' in tree ? String(index) : ''
    for (const [path, message] of refused)
      if (path === own || (own === '' ? true : path.startsWith(`${own},`))) return message
    return undefined
  }
  const path = (index: number): Path => [index]
  const others =
    Number(Boolean(filter.q)) +
    Number(Boolean(filter.within)) +
    Number(Boolean(filter.cells)) +
    Number(Boolean(filter.reach))
  const conditions = countConditions(tree)

  return (
    <div className={classes.bar}>
      <Group gap="xs" wrap="nowrap">
        <SearchInput value={filter.q ?? ''} onChange={(q) => onChange({ q: q || undefined })} />
        {children}
      </Group>
      <search className={classes.chips} aria-label={t('label')}>
        {/* Areas first: on a phone the row scrolls, and they must be seen to be removed. */}
        {filter.within && (
          <Button
            size="xs"
            radius="xl"
            variant="light"
            leftSection={<IconLasso size={14} aria-hidden />}
            rightSection={<IconX size={14} aria-hidden />}
            aria-label={t('clearArea')}
            onClick={() => onChange({ within: undefined })}
          >
            {t('area')}
          </Button>
        )}
        {filter.cells && (
          <Button
            size="xs"
            radius="xl"
            variant="light"
            leftSection={<IconHexagons size={14} aria-hidden />}
            rightSection={<IconX size={14} aria-hidden />}
            aria-label={t('clearCells')}
            onClick={() => onChange({ cells: undefined })}
          >
            {t('cells', { count: filter.cells.split(',').length })}
          </Button>
        )}
        {filter.reach && (
          <ReachChip reach={filter.reach} name={reachName} onClear={() => onChange({ reach: undefined })} />
        )}
        {members.map((node, index) => {
          const shared = {
            words,
            error: errorOf(index),
            onRemove: () => change(removeAt(root, path(index))),
          }
          return isCondition(node) ? (
            <ConditionChip
              // biome-ignore lint/suspicious/noArrayIndexKey: its place is what names a condition
              key={index}
              {...shared}
              condition={node}
              onChange={(next) => change(replaceAt(root, path(index), next))}
            />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: its place is what names a group
            <GroupChip key={index} {...shared} node={node} onOpen={() => setBuilding(true)} />
          )
        })}
        <AddCondition
          words={words}
          onAdd={(condition) => change(appendAt(root, [], condition))}
          onChangeLast={(condition) => change(replaceAt(root, path(members.length - 1), condition))}
        />
        {conditions > 0 && (
          <Button
            size="xs"
            radius="xl"
            variant="subtle"
            leftSection={<IconParentheses size={14} aria-hidden />}
            onClick={() => setBuilding(true)}
          >
            {t('builder.open')}
          </Button>
        )}
        {(conditions > 0 || others > 1 || filter.q) && (
          <Button size="xs" radius="xl" variant="subtle" onClick={() => onChange(noFilter)}>
            {t('clear')}
          </Button>
        )}
        <span className={classes.end}>
          {onInView && (
            <Switch
              className={classes.inView}
              size="xs"
              checked={inView ?? false}
              onChange={(e) => onInView(e.currentTarget.checked)}
              label={t('inView')}
            />
          )}
          {end}
        </span>
      </search>
      {conditions > 1 && (
        <Text size="xs" c="dimmed" className={chips.sentence} data-sentence>
          {sentence(words, tree)}
        </Text>
      )}
      {building && (
        <Suspense>
          <Builder
            words={words}
            tree={tree}
            onClose={() => setBuilding(false)}
            onDone={(next) => {
              setBuilding(false)
              change(next)
            }}
          />
        </Suspense>
      )}
    </div>
  )
}

function ReachChip({
  reach,
  name,
  onClear,
}: {
  reach: string
  name: string | undefined
  onClear: () => void
}) {
  const { t } = useTranslation('filters')
  const format = useFormat()
  const duration = format.duration((reachOf(reach)?.minutes ?? 0) * 60)
  const text = name ? t('reach', { duration, name }) : t('reachPlace', { duration })
  return (
    <Button
      size="xs"
      radius="xl"
      variant="light"
      maw="100%"
      leftSection={<IconStopwatch size={14} aria-hidden />}
      rightSection={<IconX size={14} aria-hidden />}
      aria-label={t('remove', { condition: text })}
      title={text}
      onClick={onClear}
    >
      {text}
    </Button>
  )
}

/** Follows the address bar, and writes to it when typing pauses. */
function SearchInput({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation('filters')
  const [text, setText] = useState(value)
  const sent = useRef(value)
  const send = useDebouncedCallback((q: string) => {
    sent.current = q.trim()
    onChange(q.trim())
  }, 250)

  useEffect(() => {
    // Changed from outside: back, forward, "clear".
    if (value !== sent.current) {
      sent.current = value
      setText(value)
    }
  }, [value])

  const change = (q: string) => {
    setText(q)
    send(q)
  }

  return (
    <TextInput
      className={classes.search}
      type="search"
      aria-label={t('search')}
      placeholder={t('search')}
      leftSection={<IconSearch size={18} aria-hidden />}
      rightSection={
        text && <CloseButton size="sm" aria-label={t('clearSearch')} onClick={() => change('')} />
      }
      value={text}
      onChange={(e) => change(e.currentTarget.value)}
    />
  )
}
