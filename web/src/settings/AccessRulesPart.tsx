import { Alert, Select, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Answer } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import classes from './SettingsPage.module.css'

type Rule = Answer<'listAccessRules'>['items'][number]

/** Whether all that one reach holds is within another. */
const within = (reach: Rule['edits'], other: Rule['sees']) =>
  other === 'all' || reach === other || reach === 'none' || reach === 'own'

/** Which accounts each role sees and edits. */
export function AccessRulesPart() {
  const { t } = useTranslation(['record', 'settings'])
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const key = ['access-rules']
  const rules = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await call(api.GET('/api/access-rules', { signal }))).items,
  })
  const change = useMutation({
    mutationFn: (rule: Rule) => call(api.PUT('/api/access-rules', { body: { rules: [rule] } })),
    onSuccess: (answer, rule) => {
      const before = rules.data?.find((r) => r.role === rule.role)
      queryClient.setQueryData(key, answer.items)
      toast(t('rules.changed'), before ? () => change.mutate(before) : undefined)
    },
    onError: (error) => toastError(problemText(error)),
  })
  return (
    <section className={classes.part} aria-labelledby="access">
      <Title order={2} id="access">
        {t('rules.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t('rules.lead')}
      </Text>
      {rules.error && (
        <Alert color="red" role="alert">
          {problemText(rules.error)}
        </Alert>
      )}
      {rules.data && (
        <div className={classes.scroll}>
          <Table miw={480} verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('settings:users.role')}</Table.Th>
                <Table.Th scope="col">{t('rules.sees')}</Table.Th>
                <Table.Th scope="col">{t('rules.edits')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rules.data.map((rule) => (
                <Table.Tr key={rule.role}>
                  <Table.Th scope="row" fw={550}>
                    {t(`settings:role.${rule.role}`)}
                  </Table.Th>
                  <Table.Td>
                    <Select
                      size="xs"
                      aria-label={t('rules.seesOf', { role: t(`settings:role.${rule.role}`) })}
                      allowDeselect={false}
                      data={(['all', 'team', 'territory', 'own'] as const).map((value) => ({
                        value,
                        label: t(`rules.${value}`),
                      }))}
                      value={rule.sees}
                      onChange={(sees) =>
                        sees &&
                        change.mutate({
                          ...rule,
                          sees: sees as Rule['sees'],
                          edits: within(rule.edits, sees as Rule['sees'])
                            ? rule.edits
                            : (sees as Rule['edits']),
                        })
                      }
                    />
                  </Table.Td>
                  <Table.Td>
                    <Select
                      size="xs"
                      aria-label={t('rules.editsOf', { role: t(`settings:role.${rule.role}`) })}
                      allowDeselect={false}
                      data={(['all', 'team', 'territory', 'own', 'none'] as const)
                        .filter((value) => within(value, rule.sees))
                        .map((value) => ({ value, label: t(`rules.${value}`) }))}
                      value={rule.edits}
                      onChange={(edits) => edits && change.mutate({ ...rule, edits: edits as Rule['edits'] })}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </section>
  )
}
