import { Alert, Badge, Button, Group, Select, Skeleton, Tabs, Text, Title } from '@mantine/core'
import { IconChecks, IconInbox, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useMe, usersQuery } from '../api/queries'
import { useProblemText } from '../app/problemText'
import { DueBadge, TaskCheck } from '../timeline/ActivityEntry'
import { ActivityForm } from '../timeline/ActivityForm'
import {
  type Activity,
  type TaskState,
  taskCountsQuery,
  tasksQuery,
  unreadQuery,
  useActivities,
} from '../timeline/queries'
import { RichText } from '../timeline/RichText'
import { InboxPart } from './InboxPart'
import classes from './TasksPage.module.css'

/** What one has to do, and what concerns one. */
export function TasksPage() {
  const { t } = useTranslation('timeline')
  const navigate = useNavigate()
  const { view } = useSearch({ from: '/signed-in/tasks' })
  const unread = useQuery(unreadQuery)
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <Title order={1} mb="sm">
          {t('tasks.title')}
        </Title>
        <Tabs
          value={view ?? 'tasks'}
          onChange={(next) =>
            void navigate({ to: '/tasks', search: next === 'inbox' ? { view: 'inbox' } : {} })
          }
          keepMounted={false}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="tasks" leftSection={<IconChecks size={16} aria-hidden />}>
              {t('tasks.tab')}
            </Tabs.Tab>
            <Tabs.Tab
              value="inbox"
              leftSection={<IconInbox size={16} aria-hidden />}
              rightSection={
                unread.data ? (
                  <Badge size="sm" circle={unread.data < 10}>
                    {unread.data}
                  </Badge>
                ) : null
              }
            >
              {t('inbox.tab')}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="tasks">
            <Tasks />
          </Tabs.Panel>
          <Tabs.Panel value="inbox">
            <InboxPart />
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  )
}

function Tasks() {
  const { t } = useTranslation('timeline')
  const me = useMe()
  const leads = useMay('plans.team')
  const mayWrite = useMay('activities.write')
  const users = useQuery({ ...usersQuery, enabled: leads })
  const [person, setPerson] = useState(0)
  const [adding, setAdding] = useState(false)
  const counts = useQuery(taskCountsQuery)
  const { create } = useActivities()
  return (
    <>
      <Group justify="space-between" mb="sm">
        {leads ? (
          <Select
            size="sm"
            aria-label={t('tasks.whose')}
            allowDeselect={false}
            searchable
            data={[
              { value: '0', label: t('tasks.mine') },
              ...(users.data ?? [])
                .filter((u) => u.active && u.id !== me.user.id)
                .map((u) => ({ value: String(u.id), label: u.name })),
            ]}
            value={String(person)}
            onChange={(id) => setPerson(Number(id ?? 0))}
          />
        ) : (
          <Text size="sm" c="dimmed">
            {counts.data
              ? t('tasks.open', { count: counts.data.overdue + counts.data.today + counts.data.upcoming })
              : ''}
          </Text>
        )}
        {mayWrite && (
          <Button
            size="sm"
            variant="light"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(!adding)}
            aria-expanded={adding}
          >
            {t('tasks.new')}
          </Button>
        )}
      </Group>
      {adding && (
        <section className={classes.part} aria-label={t('tasks.new')}>
          <ActivityForm
            kind="task"
            saving={create.isPending}
            onCancel={() => setAdding(false)}
            onSave={(fields) =>
              create.mutate({ kind: 'task', ...fields }, { onSuccess: () => setAdding(false) })
            }
          />
        </section>
      )}
      <State state="overdue" person={person} />
      <State state="today" person={person} always />
      <State state="upcoming" person={person} always />
      <State state="done" person={person} />
    </>
  )
}

function State({ state, person, always = false }: { state: TaskState; person: number; always?: boolean }) {
  const { t } = useTranslation(['timeline', 'common'])
  const problemText = useProblemText()
  const tasks = useInfiniteQuery(tasksQuery(state, person))
  const items = tasks.data?.pages.flatMap((page) => page.items) ?? []
  if (tasks.data && items.length === 0 && !always) return null
  return (
    <section className={classes.part} aria-labelledby={`tasks-${state}`} data-state={state}>
      <Title order={2} id={`tasks-${state}`} className={classes.head}>
        {t(`tasks.${state}`)}
      </Title>
      {tasks.error && (
        <Alert color="red" role="alert" title={t('failed')}>
          <Text size="sm" mb="xs">
            {problemText(tasks.error)}
          </Text>
          <Button size="xs" onClick={() => void tasks.refetch()}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {tasks.isPending && <Skeleton height={40} aria-busy />}
      {tasks.data && items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('tasks.nothing')}
        </Text>
      )}
      <ul className={classes.list}>
        {items.map((task) => (
          <Task key={task.id} task={task} />
        ))}
      </ul>
      {tasks.hasNextPage && (
        <Button
          mt="xs"
          size="xs"
          variant="default"
          loading={tasks.isFetchingNextPage}
          onClick={() => void tasks.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </section>
  )
}

function Task({ task }: { task: Activity }) {
  const { t } = useTranslation('timeline')
  const me = useMe()
  const mayWrite = useMay('activities.write')
  const mayAll = useMay('accounts.assign')
  const { update } = useActivities()
  const [editing, setEditing] = useState(false)
  const mine = task.assigneeId === me.user.id || task.authorId === me.user.id || mayAll
  if (editing)
    return (
      <li>
        <ActivityForm
          kind="task"
          activity={task}
          saving={update.isPending}
          onCancel={() => setEditing(false)}
          onSave={({ happenedAt: _, ...fields }) =>
            update.mutate(
              { id: task.id, version: task.version, ...fields },
              { onSuccess: () => setEditing(false) },
            )
          }
        />
      </li>
    )
  return (
    <li className={classes.task}>
      <TaskCheck task={task} disabled={!mayWrite || !mine} />
      <div className={classes.grow}>
        <Group gap="xs">
          <Text fw={550} td={task.doneAt ? 'line-through' : undefined} dir="auto">
            {task.subject}
          </Text>
          <DueBadge task={task} />
        </Group>
        <Text size="sm" c="dimmed">
          {task.accountId && (
            <Link to="/accounts/$id" params={{ id: String(task.accountId) }} className={classes.link}>
              {task.accountName}
            </Link>
          )}
          {task.accountId && task.authorId !== task.assigneeId ? ' · ' : ''}
          {task.authorId !== task.assigneeId && t('task.from', { name: task.authorName || t('program') })}
        </Text>
        {task.body && <RichText text={task.body} />}
      </div>
      {mayWrite && mine && !task.doneAt && (
        <Button size="compact-sm" variant="subtle" onClick={() => setEditing(true)}>
          {t('edit')}
        </Button>
      )}
    </li>
  )
}
