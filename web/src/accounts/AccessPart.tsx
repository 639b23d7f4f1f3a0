import { Button, Group, Popover, ScrollArea, Text } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { useProblemText } from '../app/problemText'

/** Who can see the account, and why. */
export function AccessButton({ accountId }: { accountId: number }) {
  const { t } = useTranslation('record')
  const problemText = useProblemText()
  const [opened, setOpened] = useState(false)
  const access = useQuery({
    queryKey: ['access', accountId],
    queryFn: ({ signal }) =>
      call(api.GET('/api/accounts/{id}/access', { params: { path: { id: accountId } }, signal })),
    enabled: opened,
  })
  const people = access.data?.people ?? []
  const seeing = people.filter((p) => p.sees)
  const others = people.filter((p) => !p.sees)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" withinPortal trapFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconEye size={18} aria-hidden />}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {t('access.button')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={360}>
        <Text fw={650} mb={4}>
          {t('access.title')}
        </Text>
        {access.error && <Text size="sm">{problemText(access.error)}</Text>}
        <ScrollArea.Autosize mah={320} tabIndex={0}>
          {seeing.map((p) => (
            <Group key={p.userId} justify="space-between" gap="md" wrap="nowrap" py={3}>
              <Text size="sm">{p.name}</Text>
              <Text size="xs" c="dimmed" ta="end">
                {t(`access.why.${p.why}`)}
                {!p.edits && ` · ${t('access.readsOnly')}`}
              </Text>
            </Group>
          ))}
          {others.length > 0 && (
            <Text size="xs" c="dimmed" mt="xs">
              {t('access.others', { names: others.map((p) => p.name).join(', ') })}
            </Text>
          )}
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  )
}
