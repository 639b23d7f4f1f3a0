/** Which alignment this is, how far it has got, and what is done with it as a whole. */
import { ActionIcon, Badge, Button, Group, Menu, Text, Title, Tooltip, VisuallyHidden } from '@mantine/core'
import {
  IconArrowBackUp,
  IconCheck,
  IconChevronDown,
  IconCopy,
  IconDots,
  IconPencil,
  IconPlus,
  IconSend,
  IconTrash,
  IconX,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import { approveAlignment, rejectAlignment, submitAlignment, withdrawAlignment } from './flow'
import { NoteDialog } from './NoteDialog'
import { PublishDialog } from './PublishDialog'
import { alignmentQuery, createAlignment, deleteAlignment, renameAlignment } from './queries'
import { RenameDialog } from './RenameDialog'
import { SureDialog } from './SureDialog'
import classes from './Territories.module.css'
import type { Alignment, AlignmentHead, AlignmentState } from './types'
import type { Contrast } from './useContrast'
import type { Edits } from './useEdits'

type Dialog = 'submit' | 'approve' | 'reject' | 'publish' | 'rename' | 'withdraw' | 'delete' | null

export function AlignmentHeader(props: {
  alignment: Alignment
  alignments: readonly AlignmentHead[]
  edits: Edits
  contrast: Contrast
  onOpen: (id: number) => void
  onNew: () => void
}) {
  const { alignment, alignments, edits, contrast, onOpen, onNew } = props
  const { t } = useTranslation('territories')
  const format = useFormat()
  const mayWrite = useMay('territories.write')
  const [dialog, setDialog] = useState<Dialog>(null)
  const [menu, setMenu] = useState(false)
  const close = () => setDialog(null)
  const whole = useWhole(alignment, edits, close)
  const { state, version } = alignment
  return (
    <header className={classes.head}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={1}>{t('title')}</Title>
        {mayWrite && (
          <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={onNew}>
            {t('new.open')}
          </Button>
        )}
      </Group>
      <Group gap={6} wrap="nowrap" mt={6}>
        <AlignmentMenu alignment={alignment} alignments={alignments} onOpen={onOpen} />
        <Menu position="bottom-end" opened={menu} onChange={setMenu}>
          <Menu.Target>
            <Tooltip label={t('head.more')} disabled={menu}>
              <ActionIcon size={36} variant="default" aria-label={t('head.more')}>
                <IconDots size={18} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            {mayWrite && (
              <>
                <Menu.Item
                  leftSection={<IconCopy size={16} />}
                  onClick={() => whole.copy.mutate(undefined, { onSuccess: (made) => onOpen(made.id) })}
                >
                  {t('head.copy')}
                </Menu.Item>
                <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog('rename')}>
                  {t('head.rename')}
                </Menu.Item>
              </>
            )}
            {alignment.mayWithdraw && (
              <Menu.Item
                leftSection={<IconArrowBackUp size={16} />}
                onClick={() => (state === 'live' ? setDialog('withdraw') : whole.withdraw.mutate(undefined))}
              >
                {t(withdrawWord(state))}
              </Menu.Item>
            )}
            {mayWrite && ['draft', 'archived'].includes(state) && (
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => setDialog('delete')}
              >
                {t('head.delete')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {whenText(alignment, t, format)}
      </Text>
      <Group gap={6} mt={6} className={classes.actions ?? ''}>
        {alignment.mayEdit && (
          <Button
            size="xs"
            variant="light"
            leftSection={<IconSend size={15} aria-hidden />}
            disabled={edits.busy}
            onClick={() => setDialog('submit')}
          >
            {t('submit.open')}
          </Button>
        )}
        {alignment.mayApprove && (
          <>
            <Button
              size="xs"
              leftSection={<IconCheck size={15} aria-hidden />}
              onClick={() => setDialog('approve')}
            >
              {t('approve.open')}
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconX size={15} aria-hidden />}
              onClick={() => setDialog('reject')}
            >
              {t('reject.open')}
            </Button>
          </>
        )}
        {state === 'in_review' && !alignment.mayApprove && <Text size="sm">{t('approve.waiting')}</Text>}
        {alignment.mayPublish && (
          <Button
            size="xs"
            leftSection={<IconSend size={15} aria-hidden />}
            onClick={() => setDialog('publish')}
          >
            {t('publish.open')}
          </Button>
        )}
        {alignment.mayWithdraw && state === 'scheduled' && (
          <Button size="xs" variant="default" onClick={() => whole.withdraw.mutate(undefined)}>
            {t(withdrawWord(state))}
          </Button>
        )}
      </Group>
      {alignment.decisionNote !== '' && state === 'draft' && (
        <Text size="sm" mt={6} className={classes.note ?? ''}>
          {t('reject.said', { who: alignment.decidedByName, note: alignment.decisionNote })}
        </Text>
      )}
      {(dialog === 'submit' || dialog === 'approve' || dialog === 'reject') && (
        <NoteDialog
          kind={dialog}
          busy={whole.turn.isPending}
          onClose={close}
          onDone={(note) => whole.turn.mutate({ to: dialog, note })}
        />
      )}
      {dialog === 'publish' && (
        <PublishDialog
          alignment={alignment}
          contrast={contrast}
          onClose={close}
          onDone={(current) => {
            close()
            whole.adopt(current)
            if (current.state === 'scheduled' && current.publishAt)
              toast(t('publish.scheduled', { when: format.dateTime(current.publishAt) }))
          }}
        />
      )}
      {dialog === 'withdraw' && (
        <SureDialog
          title={t('withdraw.title', { name: alignment.name })}
          text={t('withdraw.lead')}
          act={t('withdraw.publication')}
          busy={whole.withdraw.isPending}
          onClose={close}
          onDone={() => whole.withdraw.mutate(undefined, { onSettled: close })}
        />
      )}
      {dialog === 'delete' && (
        <SureDialog
          title={t('head.deleteTitle', { name: alignment.name })}
          text={t('head.deleteLead')}
          act={t('head.delete')}
          busy={whole.remove.isPending}
          onClose={close}
          onDone={() => whole.remove.mutate(undefined, { onSettled: close })}
        />
      )}
      {dialog === 'rename' && (
        <RenameDialog
          title={t('head.renameTitle')}
          name={alignment.name}
          onClose={close}
          onSave={async (name) => {
            whole.adopt(await renameAlignment(alignment.id, version, name))
            close()
          }}
        />
      )}
    </header>
  )
}

export const badgeColour: Record<AlignmentState, string> = {
  draft: 'gray',
  in_review: 'yellow',
  approved: 'teal',
  scheduled: 'teal',
  publishing: 'teal',
  live: 'trail',
  withdrawing: 'gray',
  archived: 'gray',
}

function AlignmentMenu(props: {
  alignment: Alignment
  alignments: readonly AlignmentHead[]
  onOpen: (id: number) => void
}) {
  const { alignment, alignments, onOpen } = props
  const { t } = useTranslation('territories')
  const order: AlignmentState[][] = [
    ['live', 'publishing', 'withdrawing'],
    ['draft', 'in_review', 'approved', 'scheduled'],
    ['archived'],
  ]
  const names = ['live', 'draft', 'archived'] as const
  return (
    <Menu position="bottom-start" width={340}>
      <Menu.Target>
        <button type="button" className={classes.switch}>
          <VisuallyHidden>{t('head.alignment')}</VisuallyHidden>
          <strong>{alignment.name}</strong>
          <Badge
            variant={alignment.state === 'live' ? 'filled' : 'default'}
            size="sm"
            data-state={alignment.state}
          >
            {t(`state.${alignment.state}`)}
          </Badge>
          <IconChevronDown size={16} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: 'auto' }}>
        {order.map((states, i) => {
          const group = alignments.filter((each) => states.includes(each.state))
          if (group.length === 0) return null
          return [
            <Menu.Label key={names[i]}>{t(`head.group.${names[i] ?? 'draft'}`)}</Menu.Label>,
            ...group.map((each) => (
              <Menu.Item
                key={each.id}
                rightSection={
                  <Badge variant="default" size="xs">
                    {t(`state.${each.state}`)}
                  </Badge>
                }
                aria-current={each.id === alignment.id}
                onClick={() => onOpen(each.id)}
              >
                {each.name}
              </Menu.Item>
            )),
          ]
        })}
      </Menu.Dropdown>
    </Menu>
  )
}

const withdrawWord = (state: AlignmentState) =>
  state === 'live' ? 'withdraw.publication' : state === 'scheduled' ? 'withdraw.schedule' : 'withdraw.review'

type T = ReturnType<typeof useTranslation<'territories'>>['t']

function whenText(alignment: Alignment, t: T, format: ReturnType<typeof useFormat>): string {
  const { state, publishAt, publishedAt, submittedAt } = alignment
  if (state === 'scheduled' && publishAt) return t('when.scheduled', { when: format.dateTime(publishAt) })
  if ((state === 'live' || state === 'archived') && publishedAt)
    return alignment.publishedByName
      ? t('when.published', { when: format.dateTime(publishedAt), who: alignment.publishedByName })
      : t('when.publishedPlain', { when: format.dateTime(publishedAt) })
  if (state === 'in_review' && submittedAt)
    return t('when.submitted', { when: format.dateTime(submittedAt), who: alignment.submittedByName })
  return t('when.changed', { when: format.dateTime(alignment.updatedAt), who: alignment.updatedByName })
}

/** What is done to the alignment as a whole. */
function useWhole(alignment: Alignment, edits: Edits, close: () => void) {
  const { t } = useTranslation('territories')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const { id, version } = alignment
  const renew = () => queryClient.invalidateQueries({ queryKey: ['alignments'] })
  const adopt = (current: Alignment) => {
    queryClient.setQueryData(alignmentQuery(id).queryKey, current)
    void renew()
    void edits.reload()
  }
  const onError = (error: unknown) => {
    toastError(problemText(error))
    void edits.reload()
  }
  return {
    adopt,
    turn: useMutation({
      mutationFn: ({ to, note }: { to: 'submit' | 'approve' | 'reject'; note: string }) =>
        ({ submit: submitAlignment, approve: approveAlignment, reject: rejectAlignment })[to](
          id,
          version,
          note,
        ),
      onSuccess: (current) => {
        close()
        adopt(current)
        if (current.state === 'in_review' || current.state === 'approved' || current.state === 'draft')
          toast(t(`turned.${current.state}`))
      },
      onError,
    }),
    withdraw: useMutation({
      mutationFn: () => withdrawAlignment(id, version),
      onSuccess: adopt,
      onError,
    }),
    copy: useMutation({
      mutationFn: () => createAlignment({ name: t('head.copyName', { name: alignment.name }), copyOf: id }),
      onSuccess: renew,
      onError,
    }),
    remove: useMutation({
      mutationFn: () => deleteAlignment(id),
      onSuccess: async () => {
        await renew()
        void navigate({ to: '/territories', search: {} })
        toast(t('head.deleted', { name: alignment.name }))
      },
      onError,
    }),
  }
}
