/** The plan's name, state and figures, and what is done with it as a whole. */
import {
  ActionIcon,
  Anchor,
  Badge,
  Button,
  Group,
  Menu,
  Modal,
  Text,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowsDiff,
  IconCopy,
  IconDots,
  IconPencil,
  IconSend,
  IconSparkles,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { deletePlan, isOpen } from '../plan/queries'
import classes from './BoardHeader.module.css'
import { CompareDialog } from './CompareDialog'
import { Figures } from './Figures'
import { useNames } from './names'
import { PublishDialog, sharesOf } from './PublishDialog'
import {
  boardQuery,
  copyPlan,
  headQuery,
  historyQuery,
  improvePlan,
  publishPlan,
  renamePlan,
  withdrawPlan,
} from './queries'
import type { Board, PlanHead, Totals } from './types'
import type { BoardEdits } from './useBoardEdits'

const searchTimes = [10, 60, 300]

export function BoardHeader(props: {
  board: Board
  head: PlanHead
  edits: BoardEdits
  undo: (() => void) | null
  redo: (() => void) | null
  mayEdit: boolean
}) {
  const { board, head, edits, undo, redo, mayEdit } = props
  const { t } = useTranslation('board')
  const { t: plan } = useTranslation('plan')
  const { t: common } = useTranslation()
  const names = useNames()
  const whole = useWholePlan(head.id)
  const [dialog, setDialog] = useState<'publish' | 'compare' | 'rename' | null>(null)
  const close = () => setDialog(null)
  const before = useBefore(board)
  const range = names.range(head.fromDay, head.toDay)
  return (
    <header className={classes.head}>
      <div className={classes.line}>
        <div className={classes.name}>
          <Group gap="xs" wrap="nowrap">
            <Title order={1} className={classes.title} title={head.name}>
              {head.name}
            </Title>
            <Badge
              variant={head.published ? 'light' : 'default'}
              className={classes.badge ?? ''}
              data-published={head.published}
            >
              {t(
                isOpen(head.state)
                  ? 'state.planning'
                  : head.published
                    ? head.changed
                      ? 'state.changed'
                      : 'state.published'
                    : 'state.draft',
              )}
            </Badge>
          </Group>
          <Text size="xs" c="dimmed">
            <Anchor component={Link} to="/plans" inherit underline="always">
              {t('head.all')}
            </Anchor>
            {` · ${range} · ${t(`preset.${head.preset}`)}`}
            {head.byHour && ` · ${plan('way.followsHour')}`}
          </Text>
        </div>
        <Group gap={6} wrap="nowrap" className={classes.actions}>
          {mayEdit && (
            <>
              <Tooltip label={t('head.undo')}>
                <ActionIcon
                  size={34}
                  variant="default"
                  aria-label={t('head.undo')}
                  aria-keyshortcuts="Control+Z Meta+Z"
                  disabled={!undo}
                  onClick={() => undo?.()}
                >
                  <IconArrowBackUp size={18} />
                </ActionIcon>
              </Tooltip>
              <Tooltip label={t('head.redo')}>
                <ActionIcon
                  size={34}
                  variant="default"
                  aria-label={t('head.redo')}
                  aria-keyshortcuts="Control+Shift+Z Meta+Shift+Z"
                  disabled={!redo}
                  onClick={() => redo?.()}
                >
                  <IconArrowForwardUp size={18} />
                </ActionIcon>
              </Tooltip>
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button
                    variant="default"
                    size="sm"
                    h={34}
                    leftSection={<IconSparkles size={16} aria-hidden />}
                    loading={whole.improve.isPending}
                  >
                    {t('head.improve')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Label>{t('head.improveLead')}</Menu.Label>
                  {searchTimes.map((seconds) => (
                    <Menu.Item
                      key={seconds}
                      onClick={() => whole.improve.mutate({ version: board.plan.version, seconds })}
                    >
                      {seconds < 60
                        ? t('head.improveSeconds', { count: seconds })
                        : t('head.improveMinutes', { count: seconds / 60 })}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            </>
          )}
          {mayEdit && (
            <Button
              size="sm"
              h={34}
              leftSection={<IconSend size={16} aria-hidden />}
              disabled={board.totals.visits === 0 || (head.published && !head.changed)}
              onClick={() => setDialog('publish')}
            >
              {t(head.published && head.changed ? 'publish.againShort' : 'publish.publish')}
            </Button>
          )}
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size={34} variant="default" aria-label={t('head.more')}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconArrowsDiff size={16} />}
                disabled={isOpen(head.state)}
                onClick={() => setDialog('compare')}
              >
                {t('head.compare')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconCopy size={16} />}
                disabled={isOpen(head.state)}
                onClick={() => whole.copy.mutate()}
              >
                {t('head.copy')}
              </Menu.Item>
              {head.mayWrite && (
                <>
                  <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog('rename')}>
                    {t('head.rename')}
                  </Menu.Item>
                  {head.published && (
                    <Menu.Item
                      leftSection={<IconArrowBackUp size={16} />}
                      onClick={() => whole.withdraw.mutate(board.plan.version)}
                    >
                      {t('head.withdraw')}
                    </Menu.Item>
                  )}
                  <Menu.Divider />
                  <Menu.Item
                    leftSection={<IconTrash size={16} />}
                    disabled={head.published || isOpen(head.state)}
                    onClick={() => whole.remove.mutate()}
                  >
                    {t('head.delete')}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </div>
      <Figures totals={board.totals} before={before} />
      {head.dueLeftOut > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {t('head.dueLeftOut', { count: head.dueLeftOut })}
        </Text>
      )}
      {board.hidden > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {t('head.hidden', { count: board.hidden })}
        </Text>
      )}
      {dialog === 'publish' && (
        <PublishDialog
          board={board}
          busy={whole.publish.isPending || edits.busy}
          onClose={close}
          onPublish={() => whole.publish.mutate(board, { onSuccess: close })}
        />
      )}
      {dialog === 'compare' && <CompareDialog head={head} onClose={close} />}
      {dialog === 'rename' && (
        <Modal
          opened
          onClose={close}
          title={t('head.rename')}
          closeButtonProps={{ 'aria-label': common('action.close') }}
        >
          <Rename
            name={head.name}
            busy={whole.rename.isPending}
            onRename={(name) => whole.rename.mutate(name, { onSuccess: close })}
          />
        </Modal>
      )}
    </header>
  )
}

function Rename(props: { name: string; busy: boolean; onRename: (name: string) => void }) {
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const [name, setName] = useState(props.name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) props.onRename(name.trim())
  }
  return (
    <form onSubmit={submit}>
      <TextInput
        label={t('head.name')}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={props.busy} disabled={!name.trim()}>
          {common('action.save')}
        </Button>
      </Group>
    </form>
  )
}

/** The figures before the last change; null when there was none. */
function useBefore(board: Board): Totals | null {
  const { data } = useQuery({
    ...historyQuery(board.plan.id, board.plan.version),
    enabled: !isOpen(board.plan.state) && board.history.canUndo,
  })
  if (!data || !board.history.canUndo) return null
  const now = data.findIndex((item) => item.current)
  // Everything is new in a plan that was only just made.
  if (data[now]?.what === 'planned') return null
  return data.slice(now + 1).find((item) => !item.undone)?.totals ?? null
}

function useWholePlan(id: number) {
  const { t } = useTranslation('board')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const adopt = (head: PlanHead) => {
    queryClient.setQueryData(headQuery(head.id).queryKey, head)
    queryClient.setQueryData<Board>(
      boardQuery(head.id).queryKey,
      (board) => board && { ...board, plan: head },
    )
    void queryClient.invalidateQueries({ queryKey: ['plan', head.id] })
    void queryClient.invalidateQueries({ queryKey: ['plans'] })
    void queryClient.invalidateQueries({ queryKey: ['plan-history', head.id] })
  }
  const onError = (error: unknown) => {
    void queryClient.invalidateQueries({ queryKey: ['plan', id] })
    toastError(isProblem(error, 'conflict') ? t('conflict.whole') : problemText(error))
  }
  const withdraw = useMutation({
    mutationFn: (version: number) => withdrawPlan(id, version),
    onSuccess: (head) => {
      adopt(head)
      toast(t('publish.withdrawn'))
    },
    onError,
  })
  return {
    withdraw,
    publish: useMutation({
      mutationFn: (board: Board) => publishPlan(id, board.plan.version),
      onSuccess: (head, board) => {
        adopt(head)
        const shares = sharesOf(board)
        toast(
          t('publish.done', {
            count: shares.length,
            visits: shares.reduce((sum, share) => sum + share.visits, 0),
          }),
          () => withdraw.mutate(head.version),
        )
      },
      onError,
    }),
    improve: useMutation({
      mutationFn: (body: { version: number; seconds: number }) => improvePlan(id, body),
      onSuccess: adopt,
      onError,
    }),
    copy: useMutation({
      mutationFn: () => copyPlan(id),
      onSuccess: (head) => {
        void queryClient.invalidateQueries({ queryKey: ['plans'] })
        toast(t('head.copied', { name: head.name }))
        void navigate({ to: '/plans/$id', params: { id: String(head.id) } })
      },
      onError,
    }),
    rename: useMutation({ mutationFn: (name: string) => renamePlan(id, name), onSuccess: adopt, onError }),
    remove: useMutation({
      mutationFn: () => deletePlan(id),
      onSuccess: () => {
        void queryClient.invalidateQueries({ queryKey: ['plans'] })
        void navigate({ to: '/plans' })
      },
      onError,
    }),
  }
}
