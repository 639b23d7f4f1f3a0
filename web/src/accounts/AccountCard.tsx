import { Anchor, Button, CloseButton, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconMapPin, IconPhone, IconRoute, IconStopwatch, IconWorld } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import { useMay, useMe } from '../api/queries'
import type { Account, OpenProspect } from '../api/types'
import { LinkAnchor, LinkButton } from '../app/links'
import { useProblemText } from '../app/problemText'
import { type Reach, reachChoice } from '../app/reach'
import type { Selection } from '../app/search'
import { toast, toastError } from '../app/toast'
import { useFormat } from '../i18n/format'
import classes from './AccountCard.module.css'
import { ClassMark, CoverageMark, StatusMark } from './Marks'
import { HoursText } from './OpeningHours'
import { accountQuery, addressOf, adoptAccount, prospectQuery } from './queries'

type Props = {
  selection: Selection | null
  onSelect: (selection: Selection | null) => void
  onPlan?: (siteIds: number[]) => void
  /** "Within 20 min of here". */
  onReach?: ((reach: Reach, account: number) => void) | undefined
}

/** What is selected on the map: an account, or an open prospect that can be taken over. */
export function AccountCard({ selection, onSelect, onPlan, onReach }: Props) {
  const { t } = useTranslation('accounts')
  if (!selection) return null
  return (
    <Paper
      component="section"
      aria-label={t('card.label')}
      className={classes.card}
      shadow="lg"
      radius="lg"
      withBorder
    >
      <CloseButton className={classes.close} aria-label={t('card.close')} onClick={() => onSelect(null)} />
      {selection.kind === 'account' ? (
        <AccountPart key={selection.id} id={selection.id} onPlan={onPlan} onReach={onReach} />
      ) : (
        <ProspectPart key={selection.id} id={selection.id} onSelect={onSelect} />
      )}
    </Paper>
  )
}

function AccountPart({ id, onPlan, onReach }: { id: number } & Pick<Props, 'onPlan' | 'onReach'>) {
  const { t } = useTranslation('accounts')
  const format = useFormat()
  const problemText = useProblemText()
  const { data: account, error } = useQuery(accountQuery(id))
  if (error) return <Text pe="xl">{problemText(error)}</Text>
  if (!account) return <CardSkeleton />
  const site = account.sites.find((s) => s.isPrimary) ?? account.sites[0]
  return (
    <Stack gap="xs">
      <Title order={2} pe="xl">
        <LinkAnchor to="/accounts/$id" params={{ id: String(id) }} c="inherit" inherit>
          {account.name}
        </LinkAnchor>
      </Title>
      <Group gap="sm">
        <StatusMark status={account.status} />
        <ClassMark value={account.class} />
        <CoverageMark coverage={account.coverage} detail={dueText(account, format, t)} />
      </Group>
      {site && <Text size="sm">{addressOf(site) || t('onMap')}</Text>}
      {site?.openingHours && <HoursText value={site.openingHours} />}
      <Text size="sm" c="dimmed">
        {account.ownerId ? t('ownedBy', { name: account.ownerName }) : t('ownedByNobody')}
      </Text>
      <Group gap="xs" mt={4}>
        <LinkButton to="/accounts/$id" params={{ id: String(id) }} size="sm">
          {t('card.open')}
        </LinkButton>
        {onPlan && site && (
          <Button
            size="sm"
            variant="default"
            leftSection={<IconRoute size={16} aria-hidden />}
            onClick={() => onPlan([site.id])}
          >
            {t('plan')}
          </Button>
        )}
        {onReach && site && (
          <Button
            size="sm"
            variant="default"
            leftSection={<IconStopwatch size={16} aria-hidden />}
            onClick={() => onReach({ point: site.point, minutes: reachChoice.first }, id)}
          >
            {t('reachFrom', { duration: format.duration(reachChoice.first * 60) })}
          </Button>
        )}
        {account.phone && (
          <Button
            component="a"
            href={`tel:${account.phone}`}
            size="sm"
            variant="default"
            leftSection={<IconPhone size={16} aria-hidden />}
          >
            {t('card.call')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

/** "overdue since 3 weeks ago" needs both the coverage and the day. */
export function dueText(
  account: Pick<Account, 'coverage' | 'dueOn'>,
  format: ReturnType<typeof useFormat>,
  t: (key: 'coverageDue', options: { coverage: string; when: string }) => string,
): string | undefined {
  if (!account.dueOn || account.coverage === 'never') return undefined
  return t('coverageDue', { coverage: account.coverage, when: format.relativeDay(account.dueOn) })
}

function ProspectPart({ id, onSelect }: { id: number; onSelect: Props['onSelect'] }) {
  const { t } = useTranslation('accounts')
  const problemText = useProblemText()
  const { data: prospect, error } = useQuery(prospectQuery(id))
  if (error) return <Text pe="xl">{problemText(error)}</Text>
  if (!prospect) return <CardSkeleton />
  return (
    <Stack gap="xs">
      <div>
        <Text size="xs" fw={600} c="dimmed">
          {t('prospect.kind')}
        </Text>
        <Title order={2} pe="xl">
          {prospect.name}
        </Title>
      </div>
      <Text size="sm">{[prospect.category, prospect.kind].filter(Boolean).join(' · ')}</Text>
      <Group gap={6} wrap="nowrap">
        <IconMapPin size={16} aria-hidden />
        <Text size="sm">{addressOf(prospect) || t('onMap')}</Text>
      </Group>
      {prospect.phone && (
        <Anchor href={`tel:${prospect.phone}`} size="sm">
          <IconPhone size={14} aria-hidden /> {prospect.phone}
        </Anchor>
      )}
      {prospect.website && (
        <Anchor href={prospect.website} target="_blank" rel="noreferrer noopener" size="sm">
          <IconWorld size={14} aria-hidden /> {prospect.website.replace(/^https?:\/\//, '')}
        </Anchor>
      )}
      {prospect.openingHours && <HoursText value={prospect.openingHours} />}
      <TakeOver prospect={prospect} onSelect={onSelect} />
    </Stack>
  )
}

function TakeOver({ prospect, onSelect }: { prospect: OpenProspect; onSelect: Props['onSelect'] }) {
  const { t } = useTranslation('accounts')
  const me = useMe()
  const mayWrite = useMay('accounts.write')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const takeOver = useMutation({
    mutationFn: () =>
      call(
        api.POST('/api/open-prospects/{id}/take-over', {
          params: { path: { id: prospect.id } },
          // A rep takes over for themselves; everyone else decides on the account page.
          body: me.user.role === 'rep' ? { ownerId: me.user.id } : {},
        }),
      ),
    onSuccess: (account) => {
      adoptAccount(queryClient, account)
      onSelect({ kind: 'account', id: account.id })
      toast(t('prospect.taken', { name: account.name }))
    },
    onError: (error) => {
      const current = isProblem(error, 'conflict') ? (error.current as Account | undefined) : undefined
      if (!current?.id) return toastError(problemText(error))
      adoptAccount(queryClient, current)
      onSelect({ kind: 'account', id: current.id })
      toast(t('prospect.alreadyTaken', { name: current.name }))
    },
  })
  if (!mayWrite) return null
  return (
    <Button mt={4} loading={takeOver.isPending} onClick={() => takeOver.mutate()}>
      {t('prospect.takeOver')}
    </Button>
  )
}

const CardSkeleton = () => (
  <Stack gap="xs">
    <Skeleton height={22} width="60%" />
    <Skeleton height={16} width="85%" />
    <Skeleton height={16} width="70%" />
  </Stack>
)
