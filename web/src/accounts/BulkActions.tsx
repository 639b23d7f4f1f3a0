/**
 * What can be done with many accounts at once, wherever they were chosen: checked in a list,
 * drawn on a map, counted in hexagons. Each change is one batch with an undo.
 */
import { Button, Group, Modal, Popover, Select, Stack, TagsInput, Text } from '@mantine/core'
import {
  IconAdjustments,
  IconArchive,
  IconDownload,
  IconRoute,
  IconStack2,
  IconTag,
  IconUserCheck,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useMay, useMe } from '../api/queries'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { FieldInput } from '../filters/FieldInput'
import { FieldPicker } from '../filters/FieldPicker'
import { catalogueOf } from '../filters/fields'
import { type FilterNode, filterText } from '../filters/tree'
import type { BulkSet, Field, Segment, Which } from '../filters/types'
import { useChoices, useWords } from '../filters/useWords'
import { useFormat } from '../i18n/format'
import { NewSegment } from '../segments/NewSegment'
import { segmentsQuery } from '../segments/queries'
import { customKey } from './columns'
import { type BulkChange, useBulk } from './useBulk'

type Props = {
  which: Which
  /** What a segment of them can follow; null: these accounts only. */
  filter: FilterNode | null
  count: number
  /** Places to visit, where a visit can be planned. */
  sites?: readonly number[] | undefined
  onPlan?: ((siteIds: number[]) => void) | undefined
  /** They were changed, or are in a segment now. */
  onDone?: (() => void) | undefined
}

const ExportDialog = lazy(() => import('../export/ExportDialog').then((m) => ({ default: m.ExportDialog })))

const mostVisits = 200
/** Fields that are set for many at once; owner and tags have buttons of their own. */
const settable = ['status', 'class', 'teamId', 'category', 'visitIntervalDays', 'visitMinutes']

export function BulkActions({ which, filter, count, sites, onPlan, onDone }: Props) {
  const { t } = useTranslation(['lists', 'accounts', 'common', 'export'])
  const format = useFormat()
  const mayWrite = useMay('accounts.write')
  const mayAssign = useMay('accounts.assign')
  const mayExport = useMay('accounts.export')
  const bulk = useBulk()
  const [open, setOpen] = useState<'assign' | 'tag' | 'set' | 'segment' | null>(null)
  const [archiving, setArchiving] = useState(false)
  const [makingSegment, setMakingSegment] = useState(false)
  const [exporting, setExporting] = useState(false)
  const formatted = format.number(count)
  const run = (change: BulkChange) => {
    setOpen(null)
    bulk.mutate({ which, expected: count, ...change }, { onSuccess: () => onDone?.() })
  }
  const shared = (name: NonNullable<typeof open>) => ({
    opened: open === name,
    onOpen: (opened: boolean) => setOpen(opened ? name : null),
    count,
    busy: bulk.isPending,
  })

  return (
    <>
      {mayWrite && mayAssign && (
        <Action {...shared('assign')} label={t('bulk.assign')} icon={<IconUserCheck size={16} aria-hidden />}>
          <Assign count={count} onRun={(ownerId) => run({ set: { ownerId } })} />
        </Action>
      )}
      {mayWrite && (
        <>
          <Action {...shared('tag')} label={t('bulk.tag')} icon={<IconTag size={16} aria-hidden />}>
            <Tags count={count} onRun={run} />
          </Action>
          <Action {...shared('set')} label={t('bulk.set')} icon={<IconAdjustments size={16} aria-hidden />}>
            <SetField count={count} onRun={(set) => run({ set })} />
          </Action>
        </>
      )}
      <Action {...shared('segment')} label={t('bulk.segment')} icon={<IconStack2 size={16} aria-hidden />}>
        <ToSegment
          which={which}
          onDone={() => {
            setOpen(null)
            onDone?.()
          }}
          onNew={() => {
            setOpen(null)
            setMakingSegment(true)
          }}
        />
      </Action>
      {onPlan && sites && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRoute size={16} aria-hidden />}
          disabled={sites.length === 0 || sites.length > mostVisits}
          title={
            sites.length === 0
              ? t('bulk.noPlaces')
              : sites.length > mostVisits
                ? t('bulk.tooManyToPlan', { count: mostVisits })
                : undefined
          }
          onClick={() => onPlan([...sites])}
        >
          {t('bulk.plan')}
        </Button>
      )}
      {mayExport && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => setExporting(true)}
        >
          {t('export:open')}
        </Button>
      )}
      {exporting && (
        <Suspense>
          <ExportDialog
            what={
              'ids' in which
                ? { filter: {}, ids: which.ids }
                : { filter: { filter: filterText(which.filter) } }
            }
            count={count}
            onClose={() => setExporting(false)}
          />
        </Suspense>
      )}
      {mayWrite && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArchive size={16} aria-hidden />}
          loading={bulk.isPending}
          onClick={() => (count > 1 ? setArchiving(true) : run({ archive: true }))}
        >
          {t('bulk.archive')}
        </Button>
      )}
      {archiving && (
        <Modal
          opened
          onClose={() => setArchiving(false)}
          title={t('bulk.archiveTitle', { formatted })}
          closeButtonProps={{ 'aria-label': t('common:action.close') }}
        >
          <Text size="sm" mb="md">
            {t('bulk.archiveText')}
          </Text>
          <Group justify="end">
            <Button variant="default" onClick={() => setArchiving(false)}>
              {t('common:action.cancel')}
            </Button>
            <Button
              data-autofocus
              onClick={() => {
                setArchiving(false)
                run({ archive: true })
              }}
            >
              {t('bulk.archive')}
            </Button>
          </Group>
        </Modal>
      )}
      {makingSegment && (
        <NewSegment
          which={which}
          filter={filter}
          count={count}
          onClose={() => setMakingSegment(false)}
          {...(onDone ? { onMade: onDone } : {})}
        />
      )}
    </>
  )
}

function Action({
  label,
  icon,
  opened,
  onOpen,
  busy,
  children,
}: {
  label: string
  icon: ReactNode
  opened: boolean
  onOpen: (opened: boolean) => void
  busy: boolean
  children: ReactNode
}) {
  return (
    <Popover opened={opened} onChange={onOpen} position="top" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={icon}
          disabled={busy}
          onClick={() => onOpen(!opened)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label} w={280}>
        {children}
      </Popover.Dropdown>
    </Popover>
  )
}

function useApplyText(count: number) {
  const { t } = useTranslation('lists')
  const format = useFormat()
  return t('bulk.apply', { count, formatted: format.number(count) })
}

function Assign({ count, onRun }: { count: number; onRun: (owner: number | null) => void }) {
  const { t } = useTranslation('lists')
  const words = useWords()
  const choicesOf = useChoices(words)
  const apply = useApplyText(count)
  const me = useMe()
  const field = words.catalogue.byKey.get('ownerId')
  const choices = field ? choicesOf(field) : []
  const [owner, setOwner] = useState<string | null>(null)
  return (
    <Stack gap="sm">
      <Select
        label={t('bulk.owner')}
        data-autofocus
        searchable
        data={choices.map((choice) => ({ value: JSON.stringify(choice.value), label: choice.label }))}
        value={owner}
        onChange={setOwner}
        comboboxProps={{ withinPortal: false, position: 'top', middlewares: { flip: false } }}
      />
      <Button
        size="sm"
        disabled={owner === null}
        onClick={() => {
          const value: unknown = JSON.parse(owner ?? 'null')
          onRun(value === 'me' ? me.user.id : (value as number | null))
        }}
      >
        {apply}
      </Button>
    </Stack>
  )
}

function Tags({ count, onRun }: { count: number; onRun: (change: BulkChange) => void }) {
  const { t } = useTranslation('lists')
  const words = useWords()
  const apply = useApplyText(count)
  const [add, setAdd] = useState<string[]>([])
  const [remove, setRemove] = useState<string[]>([])
  const known = words.catalogue.byKey.get('tags')?.choices?.map((choice) => choice.label) ?? []
  return (
    <Stack gap="sm">
      <TagsInput
        label={t('bulk.tagsAdd')}
        data-autofocus
        data={known}
        value={add}
        onChange={setAdd}
        acceptValueOnBlur
        maxTags={20}
        comboboxProps={{ withinPortal: false, position: 'top', middlewares: { flip: false } }}
      />
      <TagsInput
        label={t('bulk.tagsRemove')}
        data={known}
        value={remove}
        onChange={setRemove}
        acceptValueOnBlur
        maxTags={20}
        comboboxProps={{ withinPortal: false, position: 'top', middlewares: { flip: false } }}
      />
      <Button
        size="sm"
        disabled={add.length + remove.length === 0}
        onClick={() =>
          onRun({
            ...(add.length > 0 ? { addTags: add } : {}),
            ...(remove.length > 0 ? { removeTags: remove } : {}),
          })
        }
      >
        {apply}
      </Button>
    </Stack>
  )
}

function SetField({ count, onRun }: { count: number; onRun: (set: BulkSet) => void }) {
  const words = useWords()
  const choicesOf = useChoices(words)
  const apply = useApplyText(count)
  const [field, setField] = useState<Field | null>(null)
  const [value, setValue] = useState<unknown>(null)
  const offered = catalogueOf(
    words.catalogue.list.filter((f) => f.editable && (f.custom || settable.includes(f.key))),
  )
  if (!field) return <FieldPicker catalogue={offered} onPick={setField} />
  const custom = customKey(field.key)
  const needed = custom === null && field.key !== 'teamId' && field.key !== 'category'
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onRun(
          custom === null
            ? { [field.key]: value ?? (field.type === 'text' ? '' : null) }
            : { custom: { [custom]: value } },
        )
      }}
    >
      <Stack gap="sm">
        <FieldInput
          label={field.label}
          type={field.type}
          choices={choicesOf(field)}
          closed={field.custom}
          value={value}
          onChange={setValue}
          autoFocus
          withinPortal={false}
        />
        <Button size="sm" type="submit" disabled={needed && (value === null || value === '')}>
          {apply}
        </Button>
      </Stack>
    </form>
  )
}

function ToSegment({ which, onDone, onNew }: { which: Which; onDone: () => void; onNew: () => void }) {
  const { t } = useTranslation('lists')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const segments = useQuery(segmentsQuery)
  const chosen = (segments.data ?? []).filter((segment) => segment.kind === 'static')
  const change = useMutation({
    mutationFn: ({ segment, add }: { segment: Segment; add: boolean }) =>
      call(
        api.POST('/api/segments/{id}/members', {
          params: { path: { id: segment.id } },
          body: add ? { add: which } : { remove: which },
        }),
      ),
    onSuccess: (_, { segment, add }) => {
      void queryClient.invalidateQueries({ queryKey: ['segments'] })
      void queryClient.invalidateQueries({ queryKey: ['accounts'] })
      if (add) {
        toast(t('bulk.added', { name: segment.name }), () => change.mutate({ segment, add: false }))
        onDone()
      }
    },
    onError: (error) => toastError(problemText(error)),
  })
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t('bulk.toSegment')}
      </Text>
      {chosen.map((segment) => (
        <Button
          key={segment.id}
          size="sm"
          variant="subtle"
          justify="start"
          loading={change.isPending}
          onClick={() => change.mutate({ segment, add: true })}
        >
          {segment.name}
        </Button>
      ))}
      {segments.data && chosen.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('bulk.noStatic')}
        </Text>
      )}
      <Button size="sm" variant="light" onClick={onNew}>
        {t('bulk.newSegment')}
      </Button>
    </Stack>
  )
}
