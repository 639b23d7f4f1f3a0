import { Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '../app/links'
import { LoadFailed } from '../app/Problems'
import { sentence } from '../filters/sentence'
import { useWords } from '../filters/useWords'
import { useFormat } from '../i18n/format'
import { segmentsQuery } from './queries'
import classes from './Segments.module.css'

/** Every segment with its live figures. */
export function SegmentsPage() {
  const { t } = useTranslation(['segments', 'common'])
  const format = useFormat()
  const words = useWords()
  const { data, error, refetch } = useQuery({ ...segmentsQuery, staleTime: 0 })
  const figure = (count: number) => (count === 0 ? '–' : format.number(count))
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <Group justify="space-between" align="start" wrap="nowrap" mb="md">
          <div>
            <Title order={1}>{t('title')}</Title>
            <Text c="dimmed" size="sm">
              {t('lead')}
            </Text>
          </div>
          <LinkButton to="/accounts" variant="default" className={classes.button}>
            {t('toAccounts')}
          </LinkButton>
        </Group>
        {error && !data && <LoadFailed title={t('failed')} error={error} onRetry={refetch} />}
        {!data && !error && (
          <Stack aria-busy>
            {[1, 2, 3, 4].map((n) => (
              <Skeleton key={n} height={52} />
            ))}
          </Stack>
        )}
        {data?.length === 0 && (
          <Stack align="center" p="xl" ta="center">
            <Text fw={650} size="lg">
              {t('none')}
            </Text>
            <Text c="dimmed" maw="32rem">
              {t('noneText')}
            </Text>
          </Stack>
        )}
        {data && data.length > 0 && (
          <div className={classes.scroll}>
            <Table verticalSpacing="sm" highlightOnHover className={classes.table}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('column.name')}</Table.Th>
                  <Table.Th scope="col" className={classes.wide}>
                    {t('column.kind')}
                  </Table.Th>
                  <Table.Th scope="col" ta="end">
                    {t('column.total')}
                  </Table.Th>
                  <Table.Th scope="col" ta="end" className={classes.wide}>
                    {t('column.withoutPlace')}
                  </Table.Th>
                  <Table.Th scope="col" ta="end" className={classes.wide}>
                    {t('column.doNotContact')}
                  </Table.Th>
                  <Table.Th scope="col" className={classes.wide}>
                    {t('column.owner')}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((segment) => (
                  <Table.Tr key={segment.id}>
                    <Table.Th scope="row" className={classes.name}>
                      <Link to="/segments/$id" params={{ id: String(segment.id) }} className={classes.link}>
                        <bdi>{segment.name}</bdi>
                      </Link>
                      <Text size="xs" c="dimmed" fw={400} lineClamp={2}>
                        {segment.kind === 'dynamic'
                          ? sentence(words, segment.filter) || t('all')
                          : segment.description}
                      </Text>
                    </Table.Th>
                    <Table.Td className={classes.wide}>{t(`kind.${segment.kind}`)}</Table.Td>
                    <Table.Td ta="end" fw={600}>
                      {format.number(segment.total)}
                    </Table.Td>
                    <Table.Td ta="end" className={classes.wide}>
                      {figure(segment.withoutPlace)}
                    </Table.Td>
                    <Table.Td ta="end" className={classes.wide}>
                      {figure(segment.doNotContact)}
                    </Table.Td>
                    <Table.Td className={classes.wide}>{words.names.user(segment.ownerId)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </div>
    </div>
  )
}
