/** A segment from a filter (it follows the filter) or from accounts that were chosen (it stays). */
import { Button, Group, Modal, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { ProblemAlert } from '../app/Problems'
import { sentence } from '../filters/sentence'
import type { FilterNode } from '../filters/tree'
import type { Segment, Which } from '../filters/types'
import { useWords } from '../filters/useWords'
import { useFormat } from '../i18n/format'

const sharings = ['own', 'team', 'all'] as const

type Props = {
  which: Which
  /** The filter that it can follow; null: these accounts only. */
  filter: FilterNode | null
  count: number
  onClose: () => void
  onMade?: () => void
}

export function NewSegment({ which, filter, count, onClose, onMade }: Props) {
  const { t } = useTranslation(['segments', 'lists', 'common'])
  const format = useFormat()
  const words = useWords()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [kind, setKind] = useState<Segment['kind']>(filter ? 'dynamic' : 'static')
  const [shared, setShared] = useState<Segment['shared']>('own')
  const create = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: description.trim(), kind, shared }
      return call(
        api.POST('/api/segments', {
          body: kind === 'dynamic' ? { ...body, filter } : { ...body, members: which },
        }),
      )
    },
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ['segments'] })
      onMade?.()
      onClose()
      void navigate({ to: '/segments/$id', params: { id: String(made.id) } })
    },
  })
  const formatted = format.number(count)
  const labels = {
    own: t('lists:view.sharedOwn'),
    team: t('lists:view.sharedTeam'),
    all: t('lists:view.sharedAll'),
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('new.title')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Stack>
          <ProblemAlert error={create.error} />
          <TextInput
            label={t('field.name')}
            data-autofocus
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          {filter ? (
            <Radio.Group
              label={t('field.kind')}
              value={kind}
              onChange={(value) => setKind(value === 'static' ? 'static' : 'dynamic')}
            >
              <Stack gap="xs" mt={6}>
                <Radio value="dynamic" label={t('kind.dynamic')} description={sentence(words, filter)} />
                <Radio
                  value="static"
                  label={t('kind.static')}
                  description={t('new.these', { count, formatted })}
                />
              </Stack>
            </Radio.Group>
          ) : (
            <Text size="sm" c="dimmed">
              {t('new.these', { count, formatted })}
            </Text>
          )}
          <Textarea
            label={t('field.description')}
            autosize
            minRows={2}
            maxLength={2000}
            value={description}
            onChange={(e) => setDescription(e.currentTarget.value)}
          />
          <Select
            label={t('lists:view.sharedLabel')}
            allowDeselect={false}
            data={sharings.map((value) => ({ value, label: labels[value] }))}
            value={shared}
            onChange={(value) => value && setShared(value)}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
              {t('new.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
