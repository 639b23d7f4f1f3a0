import {
  Alert,
  Button,
  Group,
  Loader,
  Modal,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { teamsQuery, useMe, usersQuery } from '../api/queries'
import type { Body, Role, Team, User } from '../api/types'
import { PasswordField } from '../app/PasswordField'
import { ProblemAlert } from '../app/Problems'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import classes from './SettingsPage.module.css'

const roles = ['admin', 'manager', 'rep', 'marketer', 'service', 'backoffice'] as const satisfies Role[]

/** Users and teams, for who may manage them. */
export function TeamPart() {
  const { t } = useTranslation(['settings', 'common'])
  const problemText = useProblemText()
  const users = useQuery(usersQuery)
  const teams = useQuery(teamsQuery)
  const [adding, setAdding] = useState(false)
  const [resetting, setResetting] = useState<User | null>(null)
  const error = users.error ?? teams.error

  return (
    <section className={classes.part} aria-labelledby="users">
      <div className={classes.head}>
        <Title order={2} id="users">
          {t('users.title')}
        </Title>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {t('users.add')}
        </Button>
      </div>
      {error && (
        <Alert color="red" role="alert" title={t('common:error.title')}>
          <Text size="sm" mb="xs">
            {problemText(error)}
          </Text>
          <Button size="xs" onClick={() => void Promise.all([users.refetch(), teams.refetch()])}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {!error && (!users.data || !teams.data) && <Loader role="status" aria-label={t('common:loading')} />}
      {users.data && teams.data && (
        <>
          <div className={classes.scroll}>
            <Table verticalSpacing="xs" miw={640}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('users.name')}</Table.Th>
                  <Table.Th scope="col">{t('users.role')}</Table.Th>
                  <Table.Th scope="col">{t('users.team')}</Table.Th>
                  <Table.Th scope="col">{t('users.active')}</Table.Th>
                  <Table.Th scope="col">{t('users.password')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {users.data.map((user) => (
                  <UserRow key={user.id} user={user} teams={teams.data} onReset={() => setResetting(user)} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
          <NewTeam teams={teams.data} />
        </>
      )}
      {adding && teams.data && <NewUser teams={teams.data} onClose={() => setAdding(false)} />}
      {resetting && <ResetPassword user={resetting} onClose={() => setResetting(null)} />}
    </section>
  )
}

function useUpdateUser() {
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  return useMutation({
    mutationFn: ({ id, change }: { id: number; change: Body<'updateUser'> }) =>
      call(api.PATCH('/api/users/{id}', { params: { path: { id } }, body: change })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: usersQuery.queryKey }),
    onError: (error) => toastError(problemText(error)),
  })
}

function UserRow({ user, teams, onReset }: { user: User; teams: Team[]; onReset: () => void }) {
  const { t } = useTranslation('settings')
  const me = useMe()
  const update = useUpdateUser()
  const save = (change: Body<'updateUser'>) => update.mutate({ id: user.id, change })
  const own = user.id === me.user.id
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={550}>
        {user.name}
        <Text size="xs" c="dimmed" fw={400}>
          {user.email}
        </Text>
      </Table.Th>
      <Table.Td>
        <Select
          aria-label={t('users.roleOf', { name: user.name })}
          allowDeselect={false}
          size="xs"
          w={132}
          disabled={own}
          data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={user.role}
          onChange={(role) => role && save({ role })}
        />
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={t('users.teamOf', { name: user.name })}
          allowDeselect={false}
          size="xs"
          w={132}
          data={[
            { value: '0', label: t('users.noTeam') },
            ...teams.map((team) => ({ value: String(team.id), label: team.name })),
          ]}
          value={String(user.teamId ?? 0)}
          onChange={(id) => save({ teamId: id && id !== '0' ? Number(id) : null })}
        />
      </Table.Td>
      <Table.Td>
        <Switch
          aria-label={t('users.activeOf', { name: user.name })}
          checked={user.active}
          disabled={own}
          onChange={(e) => save({ active: e.currentTarget.checked })}
        />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="default"
          disabled={own}
          aria-label={t('users.resetOf', { name: user.name })}
          onClick={onReset}
        >
          {t('users.reset')}
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}

function NewUser({ teams, onClose }: { teams: Team[]; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common'])
  const queryClient = useQueryClient()
  const [user, setUser] = useState<Body<'createUser'>>({
    name: '',
    email: '',
    role: 'rep',
    teamId: null,
    password: '',
  })
  const set = (part: Partial<typeof user>) => setUser((known) => ({ ...known, ...part }))
  const create = useMutation({
    mutationFn: () => call(api.POST('/api/users', { body: user })),
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: usersQuery.queryKey })
      toast(t('users.added', { name: made.name }))
      onClose()
    },
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('users.add')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form
        onSubmit={(e: FormEvent) => {
          e.preventDefault()
          create.mutate()
        }}
      >
        <Stack>
          <ProblemAlert error={create.error} />
          <TextInput
            label={t('users.name')}
            data-autofocus
            required
            withAsterisk={false}
            value={user.name}
            onChange={(e) => set({ name: e.currentTarget.value })}
          />
          <TextInput
            label={t('users.email')}
            type="email"
            required
            withAsterisk={false}
            value={user.email}
            onChange={(e) => set({ email: e.currentTarget.value })}
          />
          <Select
            label={t('users.role')}
            allowDeselect={false}
            data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            value={user.role}
            onChange={(role) => role && set({ role })}
          />
          <Select
            label={t('users.team')}
            allowDeselect={false}
            data={[
              { value: '0', label: t('users.noTeam') },
              ...teams.map((team) => ({ value: String(team.id), label: team.name })),
            ]}
            value={String(user.teamId ?? 0)}
            onChange={(id) => set({ teamId: id && id !== '0' ? Number(id) : null })}
          />
          <PasswordField
            label={t('users.firstPassword')}
            description={t('users.firstPasswordHint')}
            required
            withAsterisk={false}
            autoComplete="new-password"
            value={user.password}
            onChange={(e) => set({ password: e.currentTarget.value })}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('users.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function ResetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common'])
  const [password, setPassword] = useState('')
  const update = useUpdateUser()
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('users.resetOf', { name: user.name })}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form
        onSubmit={(e) => {
          e.preventDefault()
          update.mutate(
            { id: user.id, change: { password } },
            {
              onSuccess: () => {
                toast(t('users.wasReset', { name: user.name }))
                onClose()
              },
            },
          )
        }}
      >
        <PasswordField
          label={t('password.new')}
          description={t('users.resetHint')}
          data-autofocus
          required
          withAsterisk={false}
          autoComplete="new-password"
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        <Group justify="end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={update.isPending}>
            {t('common:action.save')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

function NewTeam({ teams }: { teams: Team[] }) {
  const { t } = useTranslation('settings')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => call(api.POST('/api/teams', { body: { name: name.trim() } })),
    onSuccess: (team) => {
      setName('')
      void queryClient.invalidateQueries({ queryKey: teamsQuery.queryKey })
      toast(t('teams.added', { name: team.name }))
    },
    onError: (error) => toastError(problemText(error)),
  })
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault()
        create.mutate()
      }}
    >
      <Text size="sm" mt="md" mb={4}>
        {teams.length > 0
          ? t('teams.list', { names: teams.map((team) => team.name).join(', ') })
          : t('teams.none')}
      </Text>
      <Group align="end" gap="xs">
        <TextInput label={t('teams.new')} value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <Button type="submit" variant="default" loading={create.isPending} disabled={!name.trim()}>
          {t('teams.add')}
        </Button>
      </Group>
    </form>
  )
}
