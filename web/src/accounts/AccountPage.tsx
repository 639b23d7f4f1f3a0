import { Alert, Button, Group, Select, Skeleton, Stack, Tabs, Text, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArchive, IconArrowLeft, IconRoute } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import { useMay, useMe, usersQuery } from '../api/queries'
import type { Account } from '../api/types'
import { NotFound } from '../app/Fallbacks'
import { LinkButton } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { useProblemText } from '../app/problemText'
import { classes as accountClasses, statuses } from '../app/search'
import { toast, toastError } from '../app/toast'
import { SuggestDay } from '../board/SuggestDay'
import { useFormat } from '../i18n/format'
import { HistoryPart } from '../timeline/HistoryPart'
import { TimelinePart } from '../timeline/TimelinePart'
import { AccessButton } from './AccessPart'
import { dueText } from './AccountCard'
import classes from './AccountPage.module.css'
import { ConflictDialog } from './ConflictDialog'
import { ContactsPart } from './ContactsPart'
import { DetailsPart, NotesPart } from './DetailsPart'
import { FilesPart } from './FilesPart'
import { ClassMark, CoverageMark, StatusMark } from './Marks'
import { QuietField } from './QuietField'
import { accountQuery, adoptAccount } from './queries'
import { RelationsPart } from './RelationsPart'
import { SitesPart } from './SitesPart'
import { useSaveAccount } from './useSaveAccount'

export function AccountPage() {
  const { id } = useParams({ from: '/signed-in/accounts/$id' })
  const number = Number(id)
  return Number.isSafeInteger(number) && number > 0 ? <Loaded key={number} id={number} /> : <NotFound />
}

function Loaded({ id }: { id: number }) {
  const { t } = useTranslation(['accounts', 'common'])
  const { data, error, refetch } = useQuery(accountQuery(id))
  if (isProblem(error, 'not_found')) return <NotFound />
  if (error && !data) return <LoadFailed title={t('account.failed')} error={error} onRetry={refetch} />
  if (!data)
    return (
      <Stack p="xl" aria-busy>
        <Skeleton height={32} width="40%" />
        <Skeleton height={20} width="60%" />
        <Skeleton height={260} mt="lg" />
      </Stack>
    )
  return <AccountView account={data} />
}

function AccountView({ account }: { account: Account }) {
  const { t } = useTranslation('accounts')
  const mayWrite = useMay('accounts.write')
  const save = useSaveAccount(account.id)
  const editable = mayWrite && account.archivedAt === null
  const parts = { account, save: save.save, editable }

  return (
    <div className={classes.page}>
      <Header {...parts} />
      {account.archivedAt && <Archived account={account} mayWrite={mayWrite} />}
      <Parts {...parts} />
      {save.conflict && (
        <ConflictDialog conflict={save.conflict} onKeepMine={save.keepMine} onTakeTheirs={save.takeTheirs} />
      )}
      <span className={classes.saving} role="status">
        {save.saving ? t('account.saving') : ''}
      </span>
    </div>
  )
}

/** On a desk three columns, what happened in the middle; on a phone a tab for each. */
function Parts(parts: {
  account: Account
  save: ReturnType<typeof useSaveAccount>['save']
  editable: boolean
}) {
  const { t } = useTranslation('accounts')
  const phone = useMediaQuery('(max-width: 61.99em)', false, { getInitialValueInEffect: false })
  const { account, editable } = parts
  const details = (
    <>
      <DetailsPart {...parts} />
      <NotesPart {...parts} />
    </>
  )
  const related = (
    <>
      <SitesPart account={account} editable={editable} />
      <ContactsPart account={account} editable={editable} />
      <RelationsPart account={account} editable={editable} />
      <FilesPart account={account} editable={editable} />
    </>
  )
  if (phone)
    return (
      <Tabs defaultValue="timeline" keepMounted={false} className={classes.tabs}>
        <Tabs.List grow>
          <Tabs.Tab value="timeline">{t('tab.timeline')}</Tabs.Tab>
          <Tabs.Tab value="details">{t('tab.details')}</Tabs.Tab>
          <Tabs.Tab value="related">{t('tab.related')}</Tabs.Tab>
          <Tabs.Tab value="history">{t('tab.history')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="timeline">
          <TimelinePart account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="details">
          <div className={classes.column}>{details}</div>
        </Tabs.Panel>
        <Tabs.Panel value="related">
          <div className={classes.column}>{related}</div>
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryPart accountId={account.id} />
        </Tabs.Panel>
      </Tabs>
    )
  return (
    <div className={classes.columns}>
      <div className={classes.column}>{details}</div>
      <Tabs defaultValue="timeline" keepMounted={false} className={classes.tabs}>
        <Tabs.List>
          <Tabs.Tab value="timeline">{t('tab.timeline')}</Tabs.Tab>
          <Tabs.Tab value="history">{t('tab.history')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="timeline">
          <TimelinePart account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryPart accountId={account.id} />
        </Tabs.Panel>
      </Tabs>
      <div className={classes.column}>{related}</div>
    </div>
  )
}

function Header({
  account,
  save,
  editable,
}: {
  account: Account
  save: ReturnType<typeof useSaveAccount>['save']
  editable: boolean
}) {
  const { t } = useTranslation('accounts')
  const format = useFormat()
  const navigate = useNavigate()
  const mayPlan = useMay('plans.write')
  const site = account.sites.find((s) => s.isPrimary) ?? account.sites[0]

  return (
    <header className={classes.header}>
      <LinkButton
        to="/accounts"
        variant="subtle"
        size="compact-sm"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
        className={classes.back}
      >
        {t('title')}
      </LinkButton>
      <Group justify="space-between" align="start" gap="md">
        <div className={classes.name}>
          <Title order={1} className={classes.title}>
            {account.name}
          </Title>
          <Group gap="md" mt={6}>
            <StatusMark status={account.status} />
            <ClassMark value={account.class} />
            <CoverageMark coverage={account.coverage} detail={dueText(account, format, t)} />
            <Text size="sm" c="dimmed">
              {account.lastVisitOn
                ? t('account.lastVisit', { when: format.relativeDay(account.lastVisitOn) })
                : t('account.neverVisited')}
            </Text>
          </Group>
        </div>
        <Group gap="xs">
          {mayPlan && site && account.archivedAt === null && (
            <Button
              leftSection={<IconRoute size={18} aria-hidden />}
              onClick={() => void navigate({ to: '/plans', search: { siteIds: [site.id] } })}
            >
              {t('plan')}
            </Button>
          )}
          {mayPlan && site && account.archivedAt === null && (
            <SuggestDay siteId={site.id} ownerId={account.ownerId} accountId={account.id} />
          )}
          <AccessButton accountId={account.id} />
          {editable && <ArchiveButton account={account} />}
        </Group>
      </Group>
      <div className={classes.facts}>
        <QuietField
          label={t('field.name')}
          value={account.name}
          disabled={!editable}
          check={(text) => (text === '' ? t('nameNeeded') : null)}
          onSave={(name) => save({ name })}
        />
        <Select
          label={t('field.status')}
          allowDeselect={false}
          disabled={!editable}
          data={statuses.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={account.status}
          onChange={(value) => value && save({ status: value })}
        />
        <Select
          label={t('field.class')}
          allowDeselect={false}
          disabled={!editable}
          data={accountClasses.map((value) => ({ value, label: t('classOf', { value }) }))}
          value={account.class}
          onChange={(value) => value && save({ class: value })}
        />
        <OwnerSelect account={account} save={save} editable={editable} />
      </div>
    </header>
  )
}

function OwnerSelect({
  account,
  save,
  editable,
}: {
  account: Account
  save: ReturnType<typeof useSaveAccount>['save']
  editable: boolean
}) {
  const { t } = useTranslation('accounts')
  const me = useMe()
  const mayAssign = useMay('accounts.assign')
  const mayRead = useMay('users.read')
  const users = useQuery({ ...usersQuery, enabled: mayRead })
  const people = (users.data ?? [me.user]).filter((u) => u.active || u.id === account.ownerId)
  const options = [
    { value: '0', label: t('nobody') },
    ...people.map((u) => ({
      value: String(u.id),
      label: u.id === me.user.id ? `${u.name} (${t('me')})` : u.name,
    })),
  ]
  const current = String(account.ownerId ?? 0)
  if (!options.some((o) => o.value === current)) options.push({ value: current, label: account.ownerName })
  return (
    <Select
      label={t('field.owner')}
      allowDeselect={false}
      searchable={options.length > 8}
      readOnly={!editable || !mayAssign}
      data={options}
      value={current}
      onChange={(value) => value !== null && save({ ownerId: value === '0' ? null : Number(value) })}
    />
  )
}

/** Archive and restore are each other's undo. */
function useArchive() {
  const { t } = useTranslation('accounts')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const change = useMutation({
    mutationFn: ({ account, archive }: { account: Account; archive: boolean }) => {
      const init = { params: { path: { id: account.id } }, body: { version: account.version } }
      return call(
        archive ? api.POST('/api/accounts/{id}/archive', init) : api.POST('/api/accounts/{id}/restore', init),
      )
    },
    onSuccess: (account, { archive }) => {
      adoptAccount(queryClient, account)
      if (archive)
        toast(t('account.archived', { name: account.name }), () => change.mutate({ account, archive: false }))
      else toast(t('account.restored', { name: account.name }))
    },
    onError: (error) => {
      if (isProblem(error, 'conflict') && error.current) adoptAccount(queryClient, error.current as Account)
      toastError(problemText(error))
    },
  })
  return change
}

function ArchiveButton({ account }: { account: Account }) {
  const { t } = useTranslation('accounts')
  const archive = useArchive()
  return (
    <Button
      variant="default"
      leftSection={<IconArchive size={18} aria-hidden />}
      loading={archive.isPending}
      onClick={() => archive.mutate({ account, archive: true })}
    >
      {t('account.archive')}
    </Button>
  )
}

function Archived({ account, mayWrite }: { account: Account; mayWrite: boolean }) {
  const { t } = useTranslation('accounts')
  const restore = useArchive()
  return (
    <Alert mb="md" color="yellow" title={t('account.isArchived')}>
      <Text size="sm" mb={mayWrite ? 'sm' : 0}>
        {t('account.isArchivedText')}
      </Text>
      {mayWrite && (
        <Button
          size="sm"
          loading={restore.isPending}
          onClick={() => restore.mutate({ account, archive: false })}
        >
          {t('account.restore')}
        </Button>
      )}
    </Alert>
  )
}
