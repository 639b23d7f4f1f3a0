/** The ground divided among people: what is live, and drafts of what could be. */
import { Button, Stack, Text, Title } from '@mantine/core'
import { IconHexagons, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/queries'
import { LoadFailed } from '../app/Problems'
import { AlignmentView } from './AlignmentView'
import { Loading } from './Loading'
import { NewAlignmentDialog } from './NewAlignmentDialog'
import { alignmentsQuery } from './queries'
import classes from './Territories.module.css'
import type { AlignmentHead } from './types'

export function TerritoriesPage() {
  const { t } = useTranslation('territories')
  const { alignment } = useSearch({ from: '/signed-in/territories' })
  const navigate = useNavigate()
  const list = useQuery(alignmentsQuery)
  const mayWrite = useMay('territories.write')
  const [making, setMaking] = useState(false)
  const open = (id: number) => {
    setMaking(false)
    void navigate({ to: '/territories', search: { alignment: id } })
  }
  if (list.error && !list.data)
    return <LoadFailed title={t('failed')} error={list.error} onRetry={() => list.refetch()} />
  if (!list.data) return <Loading />
  const id = alignment ?? shownFirst(list.data)?.id
  const dialog = making && (
    <NewAlignmentDialog alignments={list.data} onClose={() => setMaking(false)} onMade={open} />
  )
  if (id === undefined)
    return (
      <>
        <Stack className={classes.empty} align="center" gap="sm">
          <IconHexagons size={44} stroke={1.3} aria-hidden />
          <Title order={1}>{t('empty.title')}</Title>
          <Text c="dimmed" ta="center">
            {t(mayWrite ? 'empty.lead' : 'empty.leadReader')}
          </Text>
          {mayWrite && (
            <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}>
              {t('new.first')}
            </Button>
          )}
        </Stack>
        {dialog}
      </>
    )
  return (
    <>
      <AlignmentView key={id} id={id} alignments={list.data} onOpen={open} onNew={() => setMaking(true)} />
      {dialog}
    </>
  )
}

/** What is live; before anything is, what was changed last. */
const shownFirst = (alignments: readonly AlignmentHead[]) =>
  alignments.find((each) => each.state === 'live' || each.state === 'publishing') ??
  [...alignments].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0]
