import {
  ActionIcon,
  Button,
  Group,
  Menu,
  Modal,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import {
  IconArrowLeft,
  IconDots,
  IconDownload,
  IconFilter,
  IconList,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type FormEvent, lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AccountCard } from '../accounts/AccountCard'
import { AccountsTable } from '../accounts/AccountsTable'
import { anyChecked, type Checked, nothingChecked } from '../accounts/checked'
import { type Layout, noLayout } from '../accounts/columns'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import { useMay } from '../api/queries'
import type { Body } from '../api/types'
import { NotFound } from '../app/Fallbacks'
import { LazyAccountsMap } from '../app/LazyMap'
import { LinkButton } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { useProblemText } from '../app/problemText'
import type { MapPosition, Selection, Sort } from '../app/search'
import { toast, toastError } from '../app/toast'
import { addressOfTree } from '../filters/address'
import { sentence } from '../filters/sentence'
import { filterText } from '../filters/tree'
import type { Segment, Which } from '../filters/types'
import { useWords } from '../filters/useWords'
import { useFormat } from '../i18n/format'
import { segmentHistoryQuery, segmentQuery } from './queries'
import classes from './Segments.module.css'

const ExportDialog = lazy(() => import('../export/ExportDialog').then((m) => ({ default: m.ExportDialog })))
const Builder = lazy(() => import('../filters/Builder').then((m) => ({ default: m.Builder })))
const HistoryChart = lazy(() => import('./HistoryChart').then((m) => ({ default: m.HistoryChart })))

export function SegmentPage() {
  const { id } = useParams({ from: '/signed-in/segments/$id' })
  const number = Number(id)
  return Number.isSafeInteger(number) && number > 0 ? <Loaded key={number} id={number} /> : <NotFound />
}

function Loaded({ id }: { id: number }) {
  const { t } = useTranslation(['segments', 'common'])
  const { data, error, refetch } = useQuery(segmentQuery(id))
  if (isProblem(error, 'not_found')) return <NotFound />
  if (error && !data) return <LoadFailed title={t('detail.failed')} error={error} onRetry={refetch} />
  if (!data)
    return (
      <Stack p="xl" aria-busy>
        <Skeleton height={32} width="40%" />
        <Skeleton height={260} mt="lg" />
      </Stack>
    )
  return <SegmentView segment={data} />
}

function SegmentView({ segment }: { segment: Segment }) {
  const { t } = useTranslation(['segments', 'common'])
  const format = useFormat()
  const navigate = useNavigate()
  const mayPlan = useMay('plans.write')
  const phone = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const history = useQuery(segmentHistoryQuery(segment.id))
  // Members are what the filter language says they are, so that list and map are the same set.
  const filter = useMemo(
    () => ({ filter: filterText({ field: 'segment', op: 'in', value: [segment.id] }) }),
    [segment.id],
  )
  const [sort, setSort] = useState<Sort | undefined>()
  const [layout, setLayout] = useState<Layout>(noLayout)
  const [selection, setSelection] = useState<Selection | null>(null)
  const [hover, setHover] = useState<number | null>(null)
  const [position, setPosition] = useState<MapPosition | null>(null)
  const [checked, setChecked] = useState<Checked>(nothingChecked)
  const plan = mayPlan
    ? (siteIds: number[]) => void navigate({ to: '/plans', search: { siteIds } })
    : undefined

  return (
    <div className={classes.detail}>
      <section className={classes.side} aria-label={segment.name}>
        <Header segment={segment} />
        {history.data && history.data.length > 1 ? (
          <section className={classes.chart} aria-label={t('detail.history')}>
            <Suspense fallback={<Skeleton height={120} />}>
              <HistoryChart days={history.data} />
            </Suspense>
          </section>
        ) : (
          history.data && (
            <Text size="xs" c="dimmed" className={classes.chart}>
              {t('detail.noHistory')}
            </Text>
          )
        )}
        <AccountsTable
          filter={filter}
          sort={sort}
          onSort={setSort}
          layout={layout}
          onLayout={setLayout}
          tall={phone}
          selected={selection?.kind === 'account' ? selection.id : null}
          onSelect={(row) => setSelection({ kind: 'account', id: row.id })}
          hover={hover}
          onHover={setHover}
          checked={checked}
          onChecked={setChecked}
          onClearFilter={() => void navigate({ to: '/accounts' })}
        />
        {segment.kind === 'static' && anyChecked(checked) && (
          <TakeOut
            segment={segment}
            which={
              checked.kind === 'all'
                ? { filter: { field: 'segment', op: 'in', value: [segment.id] } }
                : { ids: [...checked.rows.keys()] }
            }
            count={checked.kind === 'all' ? segment.total : checked.rows.size}
            onDone={() => setChecked(nothingChecked)}
          />
        )}
        <Text size="xs" c="dimmed" px="md" py={6}>
          {segment.countedAt && t('counted', { when: format.dateTime(segment.countedAt) })}
        </Text>
      </section>
      {!phone && (
        <div className={classes.map}>
          <LazyAccountsMap
            filter={filter}
            position={position}
            onMove={setPosition}
            selection={selection}
            onSelect={setSelection}
            hover={hover}
            onHover={setHover}
            {...(plan ? { onPlan: plan } : {})}
          />
          <AccountCard
            selection={selection}
            onSelect={setSelection}
            onPlan={plan}
            onReach={() => undefined}
          />
        </div>
      )}
    </div>
  )
}

function useSegmentChanges(segment: Segment) {
  const { t } = useTranslation('segments')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const renew = () => void queryClient.invalidateQueries({ queryKey: ['segments'] })
  const onError = (error: unknown) => {
    renew()
    toastError(isProblem(error, 'conflict') ? t('detail.conflict') : problemText(error))
  }
  const path = { params: { path: { id: segment.id } } }
  const update = useMutation({
    mutationFn: async (change: Partial<Pick<Segment, 'name' | 'description' | 'shared' | 'filter'>>) =>
      (await call(
        api.PATCH('/api/segments/{id}', {
          ...path,
          body: { ...change, version: segment.version } as Body<'updateSegment'>,
        }),
      )) as Segment,
    onSuccess: (next) => {
      queryClient.setQueryData(segmentQuery(segment.id).queryKey, next)
      renew()
      toast(t('detail.saved'))
    },
    onError,
  })
  const remove = useMutation({
    mutationFn: () => call(api.DELETE('/api/segments/{id}', path)),
    onSuccess: () => {
      void navigate({ to: '/segments' }).then(renew)
      toast(t('detail.removed', { name: segment.name }))
    },
    onError,
  })
  return { update, remove }
}

function Header({ segment }: { segment: Segment }) {
  const { t } = useTranslation(['segments', 'common', 'export'])
  const format = useFormat()
  const words = useWords()
  const changes = useSegmentChanges(segment)
  const [editing, setEditing] = useState(false)
  const [removing, setRemoving] = useState(false)
  const [filtering, setFiltering] = useState(false)
  const [exporting, setExporting] = useState(false)
  const mayExport = useMay('accounts.export')
  const asList =
    segment.kind === 'dynamic'
      ? addressOfTree(segment.filter)
      : addressOfTree({ field: 'segment', op: 'in', value: [segment.id] })
  return (
    <header className={classes.head}>
      <LinkButton
        to="/segments"
        variant="subtle"
        size="compact-sm"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
      >
        {t('title')}
      </LinkButton>
      <Group justify="space-between" wrap="nowrap" align="start">
        <Title order={1} dir="auto">
          {segment.name}
        </Title>
        <Group gap="xs" wrap="nowrap">
          <LinkButton
            to="/accounts"
            search={asList}
            variant="default"
            size="sm"
            leftSection={<IconList size={16} aria-hidden />}
          >
            {t('detail.openList')}
          </LinkButton>
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label={t('detail.edit')}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setEditing(true)}>
                {t('detail.edit')}
              </Menu.Item>
              {segment.kind === 'dynamic' && (
                <Menu.Item
                  leftSection={<IconFilter size={16} aria-hidden />}
                  onClick={() => setFiltering(true)}
                >
                  {t('detail.editFilter')}
                </Menu.Item>
              )}
              {mayExport && (
                <Menu.Item
                  leftSection={<IconDownload size={16} aria-hidden />}
                  onClick={() => setExporting(true)}
                >
                  {t('export:open')}
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setRemoving(true)}>
                {t('detail.remove')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <Text size="sm" mt={4}>
        {segment.kind === 'dynamic' ? sentence(words, segment.filter) || t('all') : t('kind.static')}
      </Text>
      {segment.description && (
        <Text size="sm" c="dimmed" dir="auto">
          {segment.description}
        </Text>
      )}
      <dl className={classes.facts}>
        <div>
          <dt>{t('fact.total')}</dt>
          <dd>{format.number(segment.total)}</dd>
        </div>
        {(['withoutPlace', 'doNotContact'] as const).map((name) => (
          <Tooltip key={name} label={t(`means.${name}`)} multiline maw={260}>
            <div>
              <dt>{t(`fact.${name}`)}</dt>
              <dd>{format.number(segment[name])}</dd>
            </div>
          </Tooltip>
        ))}
      </dl>
      {exporting && (
        <Suspense>
          <ExportDialog
            what={{ filter: { filter: filterText({ field: 'segment', op: 'in', value: [segment.id] }) } }}
            count={segment.total}
            onClose={() => setExporting(false)}
          />
        </Suspense>
      )}
      {filtering && (
        <Suspense>
          <Builder
            words={words}
            tree={segment.filter}
            onClose={() => setFiltering(false)}
            onDone={(filter) => {
              setFiltering(false)
              changes.update.mutate({ filter: filter ?? { all: [] } })
            }}
          />
        </Suspense>
      )}
      {editing && (
        <Edit
          segment={segment}
          busy={changes.update.isPending}
          onClose={() => setEditing(false)}
          onSave={(name, description) =>
            changes.update.mutate({ name, description }, { onSuccess: () => setEditing(false) })
          }
        />
      )}
      {removing && (
        <Modal
          opened
          onClose={() => setRemoving(false)}
          title={t('detail.removeTitle', { name: segment.name })}
          closeButtonProps={{ 'aria-label': t('common:action.close') }}
        >
          <Text size="sm" mb="md">
            {t('detail.removeText')}
          </Text>
          <Group justify="end">
            <Button variant="default" onClick={() => setRemoving(false)}>
              {t('common:action.cancel')}
            </Button>
            <Button color="red" loading={changes.remove.isPending} onClick={() => changes.remove.mutate()}>
              {t('detail.remove')}
            </Button>
          </Group>
        </Modal>
      )}
    </header>
  )
}

function Edit({
  segment,
  busy,
  onSave,
  onClose,
}: {
  segment: Segment
  busy: boolean
  onSave: (name: string, description: string) => void
  onClose: () => void
}) {
  const { t } = useTranslation(['segments', 'common'])
  const [name, setName] = useState(segment.name)
  const [description, setDescription] = useState(segment.description)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('detail.edit')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          onSave(name.trim(), description.trim())
        }}
      >
        <Stack>
          <TextInput
            label={t('field.name')}
            data-autofocus
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Textarea
            label={t('field.description')}
            autosize
            minRows={2}
            maxLength={2000}
            value={description}
            onChange={(e) => setDescription(e.currentTarget.value)}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              {t('common:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function TakeOut({
  segment,
  which,
  count,
  onDone,
}: {
  segment: Segment
  which: Which
  count: number
  onDone: () => void
}) {
  const { t } = useTranslation('segments')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const renew = () => {
    void queryClient.invalidateQueries({ queryKey: ['segments'] })
    void queryClient.invalidateQueries({ queryKey: ['accounts'] })
  }
  const putBack = useMutation({
    mutationFn: (removalId: number) =>
      call(
        api.POST('/api/segments/{id}/members/put-back', {
          params: { path: { id: segment.id } },
          body: { removalId },
        }),
      ),
    onSuccess: renew,
    onError: (error) => toastError(problemText(error)),
  })
  const change = useMutation({
    mutationFn: (body: { remove: Which }) =>
      call(api.POST('/api/segments/{id}/members', { params: { path: { id: segment.id } }, body })),
    onSuccess: (changed) => {
      renew()
      onDone()
      const removal = changed.removalId
      toast(
        t('detail.tookOut', { count, formatted: format.number(count) }),
        removal ? () => putBack.mutate(removal) : undefined,
      )
    },
    onError: (error) => toastError(problemText(error)),
  })
  return (
    <Group p="xs" justify="end" bg="var(--wm-accent-soft)">
      <Button
        size="xs"
        variant="default"
        loading={change.isPending}
        onClick={() => change.mutate({ remove: which })}
      >
        {t('detail.takeOut')}
      </Button>
    </Group>
  )
}
