/** Gives a territory the cells of a county, town or postcode of the extract. */
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from '../app/Problems'
import { boundariesQuery, fillTerritory } from './queries'
import classes from './Territories.module.css'
import type { Alignment, Territory } from './types'
import type { Edits } from './useEdits'

export function FillDialog(props: {
  alignment: Alignment
  territory: Territory
  edits: Edits
  onClose: () => void
}) {
  const { alignment, territory, edits, onClose } = props
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const [place, setPlace] = useState<number | null>(null)
  const [over, setOver] = useState(false)
  const found = useQuery(boundariesQuery(q))
  const fill = useMutation({
    mutationFn: () =>
      edits.send((version) =>
        fillTerritory(alignment.id, { version, territory: territory.id, place: place ?? 0, over }),
      ),
    onSuccess: onClose,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': common('action.close') }}
      title={t('fill.title', { name: territory.name })}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          fill.mutate()
        }}
      >
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={t('fill.search')}
            placeholder={t('fill.placeholder')}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value)
              setPlace(null)
            }}
          />
          <fieldset className={classes.places} aria-label={t('fill.results')}>
            {found.data?.map((boundary) => (
              <label key={boundary.id} data-chosen={place === boundary.id}>
                <input
                  type="radio"
                  name="boundary"
                  checked={place === boundary.id}
                  onChange={() => setPlace(boundary.id)}
                />
                <strong>{boundary.name}</strong>
                <span>{t(`fill.kind.${boundary.kind}`)}</span>
              </label>
            ))}
            {found.data?.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('fill.none')}
              </Text>
            )}
          </fieldset>
          <Checkbox
            label={t('fill.over')}
            description={t('fill.overLead')}
            checked={over}
            onChange={(event) => setOver(event.currentTarget.checked)}
          />
          <ProblemAlert error={fill.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={fill.isPending} disabled={place === null}>
              {t('fill.do')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
