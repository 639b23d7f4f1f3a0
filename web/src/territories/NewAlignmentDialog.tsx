/** A draft: a copy of what there is, from nothing, or from a file of outlines. */
import { Button, FileInput, Group, Modal, NativeSelect, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from '../app/Problems'
import { type Outlines, problemOf, propertiesOf, readOutlines } from './geojson'
import { createAlignment, importAlignment } from './queries'
import type { AlignmentHead } from './types'

type Begin = 'copy' | 'empty' | 'file'

export function NewAlignmentDialog(props: {
  alignments: readonly AlignmentHead[]
  onMade: (id: number) => void
  onClose: () => void
}) {
  const { alignments, onMade, onClose } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const queryClient = useQueryClient()
  const first = alignments.find((each) => each.state === 'live') ?? alignments[0]
  const [name, setName] = useState('')
  const [begin, setBegin] = useState<Begin>(first ? 'copy' : 'empty')
  const [copyOf, setCopyOf] = useState(String(first?.id ?? ''))
  const [resolution, setResolution] = useState('7')
  const [outlines, setOutlines] = useState<Outlines | null>(null)
  const [fileProblem, setFileProblem] = useState<string | null>(null)
  const [property, setProperty] = useState('')
  const make = useMutation({
    mutationFn: async () => {
      if (begin === 'file' && outlines)
        return importAlignment({ name: name.trim(), resolution: Number(resolution), property, outlines })
      return createAlignment({
        name: name.trim(),
        ...(begin === 'copy' ? { copyOf: Number(copyOf) } : { resolution: Number(resolution) }),
      })
    },
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: ['alignments'] })
      onMade(made.id)
    },
  })
  const read = async (file: File | null) => {
    setFileProblem(null)
    setOutlines(null)
    if (!file) return
    const found = await readOutlines(file)
    const problem = problemOf(found)
    if (problem) return setFileProblem(t(`import.${problem}`))
    const read = found as Outlines
    setOutlines(read)
    setProperty(propertiesOf(read)[0] ?? '')
    if (name === '') setName(file.name.replace(/\.[a-z]+$/i, ''))
  }
  const ready =
    name.trim() !== '' && (begin !== 'copy' || copyOf !== '') && (begin !== 'file' || outlines !== null)
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': common('action.close') }}
      title={t('new.title')}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={t('name')}
            placeholder={t('new.namePlaceholder')}
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Radio.Group label={t('new.begin')} value={begin} onChange={(value) => setBegin(value as Begin)}>
            <Stack gap={8} mt={6}>
              {first && <Radio value="copy" label={t('new.copy')} description={t('new.copyLead')} />}
              <Radio value="empty" label={t('new.empty')} description={t('new.emptyLead')} />
              <Radio value="file" label={t('new.file')} description={t('new.fileLead')} />
            </Stack>
          </Radio.Group>
          {begin === 'copy' && (
            <NativeSelect
              label={t('new.copyOf')}
              value={copyOf}
              data={alignments.map((each) => ({
                value: String(each.id),
                label: `${each.name} (${t(`state.${each.state}`)})`,
              }))}
              onChange={(event) => setCopyOf(event.currentTarget.value)}
            />
          )}
          {begin === 'file' && (
            <>
              <FileInput
                label={t('import.file')}
                placeholder="territories.geojson"
                accept=".geojson,.json,application/geo+json,application/json"
                error={fileProblem}
                onChange={(file) => void read(file)}
              />
              {outlines && (
                <NativeSelect
                  label={t('import.property')}
                  description={t('import.found', { count: outlines.features.length })}
                  value={property}
                  data={propertiesOf(outlines)}
                  onChange={(event) => setProperty(event.currentTarget.value)}
                />
              )}
            </>
          )}
          {begin !== 'copy' && (
            <NativeSelect
              label={t('new.resolution')}
              value={resolution}
              data={(['6', '7', '8'] as const).map((value) => ({ value, label: t(`new.size.${value}`) }))}
              onChange={(event) => setResolution(event.currentTarget.value)}
            />
          )}
          <ProblemAlert error={make.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={make.isPending} disabled={!ready}>
              {t('new.make')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
