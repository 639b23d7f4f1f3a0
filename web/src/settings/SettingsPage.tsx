import { Button, SegmentedControl, Stack, Text, Title, useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay, useMe } from '../api/queries'
import { LinkButton } from '../app/links'
import { WorkingTermsPart } from '../plan/WorkingTermsPart'
import { useSignOut } from '../signin/useSignOut'
import { AccessRulesPart } from './AccessRulesPart'
import { FieldsPart } from './FieldsPart'
import { KeysPart } from './KeysPart'
import { PasswordPart } from './PasswordPart'
import { ProfilePart } from './ProfilePart'
import classes from './SettingsPage.module.css'
import { TeamPart } from './TeamPart'
import { WebhooksPart } from './WebhooksPart'

export function SettingsPage() {
  const { t } = useTranslation(['settings', 'common', 'audit'])
  const me = useMe()
  const mayManage = useMay('users.manage')
  const mayFields = useMay('organisation.manage')
  const mayOrganise = useMay('organisation.manage')
  const signOut = useSignOut()
  const signOutEverywhere = useSignOut({ everywhere: true })

  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <Title order={1}>{t('title')}</Title>
        <Text c="dimmed" mb="lg">
          {t('lead', { name: me.user.name, email: me.user.email, organisation: me.organisation.name })}
        </Text>
        <Stack gap="lg">
          <ProfilePart key={me.user.id} user={me.user} />
          <WorkingTermsPart />
          <Appearance />
          <PasswordPart />
          {mayManage && <TeamPart />}
          {mayOrganise && <AccessRulesPart />}
          <KeysPart />
          {mayOrganise && <WebhooksPart />}
          {mayFields && <FieldsPart />}
          {mayOrganise && (
            <section className={classes.part} aria-labelledby="audit">
              <Title order={2} id="audit">
                {t('audit:title')}
              </Title>
              <Text c="dimmed" size="sm" mb="md">
                {t('audit:lead')}
              </Text>
              <LinkButton to="/settings/audit" variant="default">
                {t('audit:openTrail')}
              </LinkButton>
            </section>
          )}
          <section className={classes.part} aria-labelledby="sessions">
            <Title order={2} id="sessions">
              {t('sessions.title')}
            </Title>
            <Text c="dimmed" size="sm" mb="md">
              {t('sessions.lead')}
            </Text>
            <div className={classes.buttons}>
              <Button variant="default" onClick={signOut}>
                {t('common:action.signOut')}
              </Button>
              <Button variant="default" onClick={signOutEverywhere}>
                {t('sessions.everywhere')}
              </Button>
            </div>
          </section>
        </Stack>
      </div>
    </div>
  )
}

function Appearance() {
  const { t } = useTranslation('settings')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <section className={classes.part} aria-labelledby="appearance">
      <Title order={2} id="appearance" mb="sm">
        {t('appearance.title')}
      </Title>
      <SegmentedControl
        aria-labelledby="appearance"
        value={colorScheme}
        onChange={setColorScheme}
        data={(['auto', 'light', 'dark'] as const).map((value) => ({
          value,
          label: t(`appearance.${value}`),
        }))}
      />
    </section>
  )
}
