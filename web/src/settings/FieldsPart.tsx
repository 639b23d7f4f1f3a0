/** The organisation's own fields of accounts: add, change, order, archive. */
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable'
import {
  ActionIcon,
  Alert,
  Button,
  Group,
  Loader,
  Modal,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import { IconArchive, IconGripVertical, IconPencil, IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Body } from '../api/types'
import { ProblemAlert } from '../app/Problems'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { type CustomField, choicesFrom, customFieldsQuery, isKey, keyFrom } from '../filters/customFields'
import classes from './FieldsPart.module.css'
import settings from './SettingsPage.module.css'

const types = ['text', 'number', 'money', 'date', 'choice', 'choices', 'boolean', 'link'] as const

export function FieldsPart() {
  const { t } = useTranslation(['fields', 'common'])
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(customFieldsQuery)
  const changes = useFieldChanges()
  const [editing, setEditing] = useState<CustomField | 'new' | null>(null)
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const shown = data?.filter((field) => !field.archived) ?? []
  const archived = data?.filter((field) => field.archived) ?? []
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    const from = shown.findIndex((field) => field.id === active.id)
    const to = shown.findIndex((field) => field.id === over?.id)
    if (from >= 0 && to >= 0 && from !== to) changes.order.mutate(arrayMove(shown, from, to))
  }

  return (
    <section className={settings.part} aria-labelledby="custom-fields">
      <div className={settings.head}>
        <Title order={2} id="custom-fields">
          {t('title')}
        </Title>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setEditing('new')}
        >
          {t('add')}
        </Button>
      </div>
      <Text c="dimmed" size="sm" mb="sm">
        {t('lead')}
      </Text>
      {error && !data && (
        <Alert color="red" role="alert" title={t('failed')}>
          <Text size="sm" mb="xs">
            {problemText(error)}
          </Text>
          <Button size="xs" onClick={() => void refetch()}>
            {t('common:action.retry')}
          </Button>
        </Alert>
      )}
      {!data && !error && <Loader role="status" aria-label={t('common:loading')} />}
      {data && shown.length === 0 && <Text size="sm">{t('none')}</Text>}
      <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={onDragEnd}>
        <SortableContext items={shown.map((field) => field.id)} strategy={verticalListSortingStrategy}>
          <ul className={classes.list}>
            {shown.map((field) => (
              <FieldRow
                key={field.id}
                field={field}
                onEdit={() => setEditing(field)}
                onArchive={() => changes.archive.mutate({ field, archived: true })}
              />
            ))}
          </ul>
        </SortableContext>
      </DndContext>
      {archived.length > 0 && (
        <>
          <Text size="sm" fw={600} mt="md">
            {t('archivedTitle')}
          </Text>
          <ul className={classes.list}>
            {archived.map((field) => (
              <li key={field.id} className={classes.row}>
                <span className={classes.name} dir="auto">
                  {field.label}
                </span>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => changes.archive.mutate({ field, archived: false })}
                >
                  {t('restore')}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      {editing && <FieldDialog field={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </section>
  )
}

function FieldRow({
  field,
  onEdit,
  onArchive,
}: {
  field: CustomField
  onEdit: () => void
  onArchive: () => void
}) {
  const { t } = useTranslation('fields')
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({ id: field.id })
  return (
    <li
      ref={setNodeRef}
      className={classes.row}
      data-dragging={isDragging}
      style={{ transform: transform ? `translateY(${transform.y}px)` : undefined, transition }}
    >
      <ActionIcon
        ref={setActivatorNodeRef}
        variant="subtle"
        color="gray"
        className={classes.handle}
        {...attributes}
        {...listeners}
        aria-label={t('move', { name: field.label })}
      >
        <IconGripVertical size={16} aria-hidden />
      </ActionIcon>
      <span className={classes.name}>
        <span dir="auto">{field.label}</span>
        <Text component="span" size="xs" c="dimmed">
          {field.key}
          {field.required && ` · ${t('required')}`}
        </Text>
      </span>
      <Text component="span" size="sm" c="dimmed" className={classes.type}>
        {t(`types.${field.type}`)}
      </Text>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('change', { name: field.label })}
        onClick={onEdit}
      >
        <IconPencil size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('archive', { name: field.label })}
        onClick={onArchive}
      >
        <IconArchive size={16} aria-hidden />
      </ActionIcon>
    </li>
  )
}

function useFieldChanges() {
  const { t } = useTranslation('fields')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const renew = () => queryClient.invalidateQueries({ queryKey: ['fields'] })
  const put = (id: number, body: Body<'updateCustomField'>) =>
    call(api.PATCH('/api/custom-fields/{id}', { params: { path: { id } }, body }))
  const onError = (error: unknown) => toastError(problemText(error))

  const order = useMutation({
    mutationFn: async (fields: CustomField[]) => {
      // Only those whose place differs are written.
      for (const [index, field] of fields.entries())
        if (field.position !== index + 1) await put(field.id, { position: index + 1 })
    },
    onMutate: (fields) => {
      const before = queryClient.getQueryData(customFieldsQuery.queryKey)
      queryClient.setQueryData(customFieldsQuery.queryKey, [
        ...fields,
        ...(before ?? []).filter((field) => field.archived),
      ])
      return { before }
    },
    onError: (error, _, context) => {
      queryClient.setQueryData(customFieldsQuery.queryKey, context?.before)
      onError(error)
    },
    onSettled: renew,
  })
  const archive = useMutation({
    mutationFn: ({ field, archived }: { field: CustomField; archived: boolean }) =>
      put(field.id, { archived }),
    onSuccess: (_, { field, archived }) => {
      if (archived)
        toast(t('archived', { name: field.label }), () => archive.mutate({ field, archived: false }))
    },
    onError,
    onSettled: renew,
  })
  return { order, archive }
}

function FieldDialog({ field, onClose }: { field: CustomField | null; onClose: () => void }) {
  const { t } = useTranslation(['fields', 'common'])
  const queryClient = useQueryClient()
  const [label, setLabel] = useState(field?.label ?? '')
  // The key follows the label until it is written by hand.
  const [ownKey, setOwnKey] = useState<string | null>(field?.key ?? null)
  const key = ownKey ?? keyFrom(label)
  const [type, setType] = useState<CustomField['type']>(field?.type ?? 'text')
  const [required, setRequired] = useState(field?.required ?? false)
  const [text, setText] = useState((field?.choices ?? []).map((choice) => choice.label).join('\n'))
  const chosen = type === 'choice' || type === 'choices'
  const choices = choicesFrom(text, field?.choices ?? [])
  const save = useMutation({
    mutationFn: () => {
      const body = { label: label.trim(), required, ...(chosen ? { choices } : {}) }
      return field
        ? call(api.PATCH('/api/custom-fields/{id}', { params: { path: { id: field.id } }, body }))
        : call(api.POST('/api/custom-fields', { body: { ...body, key, type } }))
    },
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ['fields'] })
      toast(t(field ? 'saved' : 'added', { name: made.label }))
      onClose()
    },
  })
  const wrongKey = key !== '' && !isKey(key)
  return (
    <Modal
      opened
      onClose={onClose}
      title={field ? t('change', { name: field.label }) : t('add')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack>
          <ProblemAlert error={save.error} />
          <TextInput
            label={t('label')}
            data-autofocus
            required
            withAsterisk={false}
            maxLength={100}
            dir="auto"
            value={label}
            onChange={(e) => setLabel(e.currentTarget.value)}
          />
          {!field && (
            <>
              <TextInput
                label={t('key')}
                description={t('keyHint')}
                required
                withAsterisk={false}
                maxLength={40}
                error={wrongKey ? t('keyWrong') : null}
                value={key}
                onChange={(e) => setOwnKey(e.currentTarget.value)}
              />
              <Select
                label={t('type')}
                description={t('typeHint')}
                allowDeselect={false}
                data={types.map((value) => ({ value, label: t(`types.${value}`) }))}
                value={type}
                onChange={(value) => value && setType(value)}
              />
            </>
          )}
          {chosen && (
            <Textarea
              label={t('choices')}
              description={t('choicesHint')}
              autosize
              minRows={3}
              maxRows={12}
              required
              withAsterisk={false}
              error={text.trim() !== '' && choices.length === 0 ? t('choicesNeeded') : null}
              value={text}
              onChange={(e) => setText(e.currentTarget.value)}
            />
          )}
          <Switch
            label={t('required')}
            description={t('requiredHint')}
            checked={required}
            onChange={(e) => setRequired(e.currentTarget.checked)}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!label.trim() || (!field && !isKey(key)) || (chosen && choices.length === 0)}
            >
              {field ? t('common:action.save') : t('create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
