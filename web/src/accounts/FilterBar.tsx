import {
  Button,
  Checkbox,
  CloseButton,
  Group,
  Popover,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconChevronDown, IconLasso, IconSearch, IconStopwatch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe, usersQuery } from '../api/queries'
import { reachOf } from '../app/reach'
import {
  type AccountFilter,
  classes as accountClasses,
  conditionsOf,
  coverages,
  statuses,
} from '../app/search'
import { useFormat } from '../i18n/format'
import classes from './FilterBar.module.css'
import { StatusMark } from './Marks'

type Props = {
  filter: AccountFilter
  /** Changes some of the filter; undefined takes a condition away. */
  onChange: (change: Partial<AccountFilter>) => void
  /** Shown as a switch when the list can follow the map. */
  inView?: boolean
  onInView?: (inView: boolean) => void
  /** The name of the place where the drive-time area begins. */
  reachName?: string | undefined
  children?: ReactNode
}

const oneOrNone = <T,>(values: T[]) => (values.length > 0 ? values : undefined)

/** Search, and a chip for each condition; the same above the list and on the map. */
export function FilterBar({ filter, onChange, inView, onInView, reachName, children }: Props) {
  const { t } = useTranslation('accounts')
  const conditions = conditionsOf(filter)

  return (
    <div className={classes.bar}>
      <Group gap="xs" wrap="nowrap">
        <SearchInput value={filter.q ?? ''} onChange={(q) => onChange({ q: q || undefined })} />
        {children}
      </Group>
      <search className={classes.chips} aria-label={t('filter.label')}>
        {/* Areas first: on a phone the row scrolls, and they must be seen to be removed. */}
        {filter.within && (
          <Button
            size="xs"
            radius="xl"
            variant="light"
            leftSection={<IconLasso size={14} aria-hidden />}
            rightSection={<IconX size={14} aria-hidden />}
            aria-label={t('filter.clearArea')}
            onClick={() => onChange({ within: undefined })}
          >
            {t('filter.area')}
          </Button>
        )}
        {filter.reach && (
          <ReachChip reach={filter.reach} name={reachName} onClear={() => onChange({ reach: undefined })} />
        )}
        <Chip
          label={t('filter.status')}
          summary={filter.status?.map((s) => t(`status.${s}`))}
          onClear={() => onChange({ status: undefined })}
        >
          <Checkbox.Group
            aria-label={t('filter.status')}
            value={filter.status ?? []}
            onChange={(values) => onChange({ status: oneOrNone(statuses.filter((s) => values.includes(s))) })}
          >
            <Stack gap="sm">
              {statuses.map((s) => (
                <Checkbox key={s} value={s} label={<StatusMark status={s} />} />
              ))}
            </Stack>
          </Checkbox.Group>
        </Chip>
        <Chip label={t('filter.class')} summary={filter.class} onClear={() => onChange({ class: undefined })}>
          <Checkbox.Group
            aria-label={t('filter.class')}
            value={filter.class ?? []}
            onChange={(values) =>
              onChange({ class: oneOrNone(accountClasses.filter((c) => values.includes(c))) })
            }
          >
            <Stack gap="sm">
              {accountClasses.map((c) => (
                <Checkbox key={c} value={c} label={t('classOf', { value: c })} />
              ))}
            </Stack>
          </Checkbox.Group>
        </Chip>
        <Chip
          label={t('filter.coverage')}
          summary={filter.coverage?.map((c) => t(`coverage.${c}`))}
          onClear={() => onChange({ coverage: undefined })}
        >
          <Checkbox.Group
            aria-label={t('filter.coverage')}
            value={filter.coverage ?? []}
            onChange={(values) =>
              onChange({ coverage: oneOrNone(coverages.filter((c) => values.includes(c))) })
            }
          >
            <Stack gap="sm">
              {coverages.map((c) => (
                <Checkbox
                  key={c}
                  value={c}
                  label={t(`coverage.${c}`)}
                  description={t(`coverageMeans.${c}`)}
                />
              ))}
            </Stack>
          </Checkbox.Group>
        </Chip>
        <OwnerChip filter={filter} onChange={onChange} />
        <Chip label={t('filter.tags')} summary={filter.tag} onClear={() => onChange({ tag: undefined })}>
          <TagsInput
            label={t('filter.tagsAll')}
            value={filter.tag ?? []}
            onChange={(tags) => onChange({ tag: oneOrNone(tags) })}
            w={220}
          />
        </Chip>
        {(conditions > 1 || (conditions === 1 && !filter.within && !filter.reach)) && (
          <Button
            size="xs"
            radius="xl"
            variant="subtle"
            onClick={() =>
              onChange({
                q: undefined,
                status: undefined,
                class: undefined,
                ownerId: undefined,
                teamId: undefined,
                tag: undefined,
                coverage: undefined,
                archived: undefined,
                within: undefined,
                reach: undefined,
              })
            }
          >
            {t('filter.clear')}
          </Button>
        )}
        {onInView && (
          <Switch
            className={classes.inView}
            size="xs"
            checked={inView ?? false}
            onChange={(e) => onInView(e.currentTarget.checked)}
            label={t('filter.inView')}
          />
        )}
      </search>
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
  const { t } = useTranslation('accounts')
  const format = useFormat()
  const duration = format.duration((reachOf(reach)?.minutes ?? 0) * 60)
  const text = name ? t('filter.reach', { duration, name }) : t('filter.reachPlace', { duration })
  return (
    <Button
      size="xs"
      radius="xl"
      variant="light"
      maw="100%"
      leftSection={<IconStopwatch size={14} aria-hidden />}
      rightSection={<IconX size={14} aria-hidden />}
      aria-label={t('filter.remove', { condition: text })}
      title={text}
      onClick={onClear}
    >
      {text}
    </Button>
  )
}

/** Follows the address bar, and writes to it when typing pauses. */
function SearchInput({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation('accounts')
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
      aria-label={t('filter.search')}
      placeholder={t('filter.search')}
      leftSection={<IconSearch size={18} aria-hidden />}
      rightSection={
        text && <CloseButton size="sm" aria-label={t('filter.clearSearch')} onClick={() => change('')} />
      }
      value={text}
      onChange={(e) => change(e.currentTarget.value)}
    />
  )
}

function OwnerChip({ filter, onChange }: Pick<Props, 'filter' | 'onChange'>) {
  const { t } = useTranslation('accounts')
  const me = useMe()
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })
  const known = users.data ?? [me.user]
  const nameOf = (id: number) =>
    id === 0 ? t('nobody') : id === me.user.id ? t('me') : (known.find((u) => u.id === id)?.name ?? `#${id}`)
  const others = known.filter((u) => u.active && u.id !== me.user.id)

  return (
    <Chip
      label={t('filter.owner')}
      summary={filter.ownerId?.map(nameOf)}
      onClear={() => onChange({ ownerId: undefined })}
    >
      <Checkbox.Group
        aria-label={t('filter.owner')}
        value={(filter.ownerId ?? []).map(String)}
        onChange={(values) => onChange({ ownerId: oneOrNone(values.map(Number)) })}
      >
        <Stack gap="sm" mah={280} style={{ overflowY: 'auto' }} p={2}>
          <Checkbox value={String(me.user.id)} label={t('me')} />
          <Checkbox value="0" label={t('nobody')} />
          {others.map((u) => (
            <Checkbox key={u.id} value={String(u.id)} label={u.name} />
          ))}
        </Stack>
      </Checkbox.Group>
    </Chip>
  )
}

function Chip({
  label,
  summary,
  onClear,
  children,
}: {
  label: string
  summary?: readonly string[]
  onClear: () => void
  children: ReactNode
}) {
  const { t } = useTranslation('accounts')
  const active = summary !== undefined && summary.length > 0
  const text = !active
    ? label
    : summary.length === 1
      ? `${label}: ${summary[0]}`
      : `${label}: ${summary.length}`
  return (
    <Popover position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="xs"
          radius="xl"
          variant={active ? 'light' : 'default'}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          title={active ? summary.join(', ') : undefined}
        >
          {text}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        {children}
        {active && (
          <Button mt="sm" size="compact-sm" variant="subtle" onClick={onClear}>
            {t('filter.clearOne')}
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
