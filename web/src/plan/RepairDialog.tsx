/** "From here": what was made, what is cancelled or comes in, how late one is, and the rest of the day as it would be. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Chip,
  Drawer,
  Group,
  NumberInput,
  Select,
  Skeleton,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { IconArrowBackUp, IconX } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import type { Plan } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast } from '../app/toast'
import { accountsNamedQuery } from '../board/queries'
import { useFormat } from '../i18n/format'
import { adoptPlan } from './queries'
import classes from './RepairDialog.module.css'
import { begin, type Change, changes, previewRepairQuery, type Repair, repairPlan } from './repair'
import { useReasonWords } from './words'

const delays = [0, 15, 30, 60]
type Added = { siteId: number; name: string }

export function RepairDialog({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { t } = useTranslation('plan')
  const { t: common } = useTranslation()
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  return (
    <Drawer
      opened
      onClose={onClose}
      position={phone ? 'bottom' : 'right'}
      size={phone ? '96%' : 'md'}
      title={t('repair.title')}
      closeButtonProps={{ 'aria-label': common('action.close') }}
      classNames={{ body: classes.body ?? '', content: classes.content ?? '' }}
    >
      <Form plan={plan} onClose={onClose} />
    </Drawer>
  )
}

function Form({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [start] = useState(() => begin(plan, format.today(), new Date()))
  const [at, setAt] = useState(start.at)
  const [delay, setDelay] = useState(0)
  const [done, setDone] = useState(start.done)
  const [cancelled, setCancelled] = useState<number[]>([])
  const [added, setAdded] = useState<Added[]>([])
  const stops = plan.route?.stops ?? []
  const rest = stops.filter((stop) => !done.includes(stop.siteId))
  const body = useMemo<Repair | null>(
    () =>
      at === ''
        ? null
        : {
            at,
            ...(delay > 0 ? { delayMinutes: delay } : {}),
            done: stops.map((stop) => stop.siteId).filter((id) => done.includes(id)),
            cancelled,
            add: added.map(({ siteId }) => ({ siteId })),
          },
    [at, delay, done, cancelled, added, stops],
  )
  const [asked] = useDebouncedValue(body, 150)
  const preview = useQuery({
    ...previewRepairQuery(plan.id, plan.version, asked),
    placeholderData: keepPreviousData,
  })
  const settled = asked === body && !preview.isPlaceholderData && !preview.isFetching
  const [moved, setMoved] = useState(false)
  const take = useMutation({
    mutationFn: (chosen: Repair) => repairPlan(plan.id, plan.version, chosen),
    onSuccess: (taken) => {
      adoptPlan(queryClient, taken)
      toast(t('repair.taken'))
      onClose()
    },
    onError: (error) => {
      const current = isProblem(error, 'conflict') ? (error.current as Plan | undefined) : undefined
      if (current?.id !== plan.id) return
      adoptPlan(queryClient, current)
      setMoved(true)
    },
  })
  const toggle = (siteId: number, on: boolean) => {
    setDone(on ? [...done, siteId] : done.filter((id) => id !== siteId))
    setCancelled(cancelled.filter((id) => id !== siteId))
  }
  const error = preview.error ?? take.error
  return (
    <>
      <div className={classes.scroll}>
        <Group grow align="start">
          <TextInput
            type="time"
            label={t('repair.at')}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
          <NumberInput
            label={t('repair.delay')}
            min={0}
            max={600}
            step={5}
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="strict"
            value={delay}
            onChange={(value) => setDelay(Number(value) || 0)}
          />
        </Group>
        <Chip.Group value={String(delay)} onChange={(value) => setDelay(Number(value))}>
          <Group gap={6} mt="xs" role="radiogroup" aria-label={t('repair.delay')}>
            {delays.map((minutes) => (
              <Chip key={minutes} value={String(minutes)} size="sm">
                {minutes === 0 ? t('repair.onTime') : format.duration(minutes * 60)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>

        <Title order={2} className={classes.title}>
          {t('repair.stops')}
        </Title>
        <ul className={classes.stops}>
          {stops.map((stop) => {
            const out = cancelled.includes(stop.siteId)
            const made = done.includes(stop.siteId)
            return (
              <li key={stop.siteId} data-out={out}>
                <Checkbox
                  className={classes.stop ?? ''}
                  label={
                    <>
                      <span className={classes.name}>{stop.name}</span>
                      <span className={classes.when}>
                        {out ? t('repair.cancelled') : made ? t('repair.made') : format.time(stop.arrivesAt)}
                      </span>
                    </>
                  }
                  aria-label={t('repair.madeOf', { name: stop.name })}
                  checked={made}
                  disabled={out}
                  onChange={(event) => toggle(stop.siteId, event.currentTarget.checked)}
                />
                {!made && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    leftSection={
                      out ? <IconArrowBackUp size={14} aria-hidden /> : <IconX size={14} aria-hidden />
                    }
                    aria-label={t(out ? 'repair.restoreOf' : 'repair.cancelOf', { name: stop.name })}
                    onClick={() =>
                      setCancelled(
                        out ? cancelled.filter((id) => id !== stop.siteId) : [...cancelled, stop.siteId],
                      )
                    }
                  >
                    {t(out ? 'repair.restore' : 'repair.cancel')}
                  </Button>
                )}
              </li>
            )
          })}
          {added.map((visit) => (
            <li key={visit.siteId}>
              <span className={classes.name}>{visit.name}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={34}
                aria-label={t('form.remove', { name: visit.name })}
                onClick={() => setAdded(added.filter((each) => each !== visit))}
              >
                <IconX size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <Add
          known={[...rest, ...stops].map((stop) => stop.siteId).concat(added.map((each) => each.siteId))}
          unplanned={plan.unplanned}
          onAdd={(visit) => setAdded([...added, visit])}
        />

        <Title order={2} className={classes.title}>
          {t('repair.rest')}
        </Title>
        {preview.error ? (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {problemText(preview.error)}
          </Text>
        ) : preview.data ? (
          <Rest before={plan} after={preview.data} stale={!settled} />
        ) : (
          <div aria-busy>
            <Skeleton height={32} mb={8} />
            <Skeleton height={32} />
          </div>
        )}
      </div>
      <div className={classes.foot}>
        {(moved || (take.error && error)) && (
          <Text size="sm" c="var(--mantine-color-error)" mb={6} role="alert">
            {moved ? t('edit.conflict') : problemText(take.error)}
          </Text>
        )}
        {preview.data && !preview.error && <Summary before={plan} after={preview.data} stale={!settled} />}
        <Button
          size="md"
          fullWidth
          loading={take.isPending}
          disabled={!settled || !asked || Boolean(preview.error) || !preview.data}
          onClick={() => asked && take.mutate(asked)}
        >
          {t('repair.take')}
        </Button>
      </div>
    </>
  )
}

/** The new times, before anything is taken. */
function Rest({ before, after, stale }: { before: Plan; after: Plan; stale: boolean }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const why = useReasonWords()
  const list = changes(before, after)
  const shift = useShift()
  const line = (change: Change) =>
    change.kind === 'stop' ? (
      <li key={change.stop.siteId} data-kind={change.before ? 'stop' : 'new'}>
        <time dateTime={change.stop.arrivesAt} className={classes.time}>
          {format.time(change.stop.arrivesAt)}
        </time>
        <span className={classes.name}>{change.stop.name}</span>
        <span className={classes.shift} data-late={change.later > 0}>
          {change.before ? shift(change.later) : t('repair.new')}
        </span>
      </li>
    ) : (
      <li key={change.visit.siteId} data-kind="out">
        <span className={classes.time}>—</span>
        <span className={classes.name}>{change.visit.name}</span>
        <span className={classes.reason}>{why(change.visit)}</span>
      </li>
    )
  return (
    <div data-stale={stale} aria-busy={stale} className={classes.rest}>
      {list.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('repair.nothingLeft')}
        </Text>
      ) : (
        <ul className={classes.changes} aria-label={t('repair.rest')}>
          {list.map(line)}
        </ul>
      )}
    </div>
  )
}

/** How much later or earlier, in words. */
function useShift() {
  const { t } = useTranslation('plan')
  const format = useFormat()
  return (minutes: number) =>
    minutes === 0
      ? t('repair.same')
      : t(minutes > 0 ? 'repair.later' : 'repair.earlier', {
          duration: format.duration(Math.abs(minutes) * 60),
        })
}

/** When the day ends and what falls out: seen beside the button, however long the lists are. */
function Summary({ before, after, stale }: { before: Plan; after: Plan; stale: boolean }) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const shift = useShift()
  if (!after.route || !before.route) return null
  const later = Math.round((Date.parse(after.route.endsAt) - Date.parse(before.route.endsAt)) / 60_000)
  const out = changes(before, after).filter(
    (change) => change.kind === 'out' && change.visit.reason !== 'cancelled',
  ).length
  return (
    <p className={classes.end} role="status" data-stale={stale}>
      {t('repair.end', { time: format.time(after.route.endsAt) })} · {shift(later)}
      {out > 0 && <strong className={classes.out}> · {t('repair.out', { count: out })}</strong>}
    </p>
  )
}

/** A visit that came in: by name, or one that was left out this morning. */
function Add(props: { known: number[]; unplanned: Plan['unplanned']; onAdd: (visit: Added) => void }) {
  const { known, unplanned, onAdd } = props
  const { t } = useTranslation('plan')
  const { t: board } = useTranslation('board')
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed.trim(), 200)
  const { data: rows = [] } = useQuery({ ...accountsNamedQuery(asked), placeholderData: keepPreviousData })
  const offered: Added[] =
    asked.length < 2
      ? unplanned.map((visit) => ({ siteId: visit.siteId, name: visit.name }))
      : rows.flatMap((row) => (row.site ? [{ siteId: row.site.id, name: row.name }] : []))
  const open = offered.filter((visit) => !known.includes(visit.siteId))
  return (
    <Select
      mt="xs"
      aria-label={t('repair.add')}
      placeholder={t('repair.add')}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      value={null}
      filter={({ options }) => options}
      data={open.map((visit) => ({ value: String(visit.siteId), label: visit.name }))}
      nothingFoundMessage={asked.length < 2 ? board('new.searchMore') : board('new.searchNone')}
      onChange={(value) => {
        const visit = open.find((each) => String(each.siteId) === value)
        if (!visit) return
        onAdd(visit)
        setTyped('')
      }}
    />
  )
}
