import { Button, NumberInput, Select, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PlaceSearch } from '../accounts/PlaceSearch'
import { api, call } from '../api/client'
import { adoptMe, meQuery, useMe } from '../api/queries'
import type { Point, User } from '../api/types'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { isLanguage, languages, showLanguage } from '../i18n'
import classes from './SettingsPage.module.css'

const languageNames = { en: 'English', de: 'Deutsch' } as const

type Profile = {
  name: string
  language: string
  startPoint: Point | null
  startAddress: string
  workStart: string
  workEnd: string
  lunchMinutes: number
}

/** The sentence that is wrong with the day, or null: it must end after it starts. */
export const dayProblem = (workStart: string, workEnd: string): 'dayEndsFirst' | null =>
  workStart && workEnd && workEnd <= workStart ? 'dayEndsFirst' : null

/** Name, language, and the day from which visits are planned. */
export function ProfilePart({ user }: { user: User }) {
  const { t } = useTranslation(['settings', 'common'])
  const { organisation } = useMe()
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const [profile, setProfile] = useState<Profile>({
    name: user.name,
    language: user.language ?? '',
    startPoint: user.startPoint,
    startAddress: user.startAddress,
    workStart: user.workStart,
    workEnd: user.workEnd,
    lunchMinutes: user.lunchMinutes,
  })
  const set = (part: Partial<Profile>) => setProfile((known) => ({ ...known, ...part }))
  const wrong = dayProblem(profile.workStart, profile.workEnd)

  const save = useMutation({
    mutationFn: async () =>
      adoptMe(await call(api.PATCH('/api/me', { body: { ...profile, language: profile.language || null } }))),
    onSuccess: async (me) => {
      queryClient.setQueryData(meQuery.queryKey, me)
      const language = me.user.language ?? me.organisation.language
      if (isLanguage(language)) await showLanguage(language)
      toast(t('saved'))
    },
    onError: (error) => toastError(problemText(error)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }

  return (
    <section className={classes.part} aria-labelledby="profile">
      <Title order={2} id="profile" mb="sm">
        {t('profile.title')}
      </Title>
      <form onSubmit={submit}>
        <div className={classes.grid}>
          <TextInput
            label={t('profile.name')}
            required
            withAsterisk={false}
            autoComplete="name"
            value={profile.name}
            onChange={(e) => set({ name: e.currentTarget.value })}
          />
          <Select
            label={t('profile.language')}
            allowDeselect={false}
            data={[
              {
                value: '',
                label: t('profile.organisationLanguage', {
                  language: isLanguage(organisation.language)
                    ? languageNames[organisation.language]
                    : organisation.language,
                }),
              },
              ...languages.map((l) => ({ value: l, label: languageNames[l] })),
            ]}
            value={profile.language}
            onChange={(language) => set({ language: language ?? '' })}
          />
          <div className={classes.wide}>
            <PlaceSearch
              label={t('profile.start')}
              description={
                profile.startAddress && !profile.startPoint
                  ? t('profile.startUnknown')
                  : t('profile.startHint')
              }
              value={profile.startAddress}
              onChange={(startAddress) => set({ startAddress, startPoint: null })}
              onPlace={(place) =>
                set({
                  startAddress: [place.label, place.detail].filter(Boolean).join(', '),
                  startPoint: place.point,
                })
              }
            />
          </div>
          <TextInput
            type="time"
            label={t('profile.workStart')}
            required
            withAsterisk={false}
            value={profile.workStart}
            onChange={(e) => set({ workStart: e.currentTarget.value })}
          />
          <TextInput
            type="time"
            label={t('profile.workEnd')}
            required
            withAsterisk={false}
            error={wrong && t(`profile.${wrong}`)}
            value={profile.workEnd}
            onChange={(e) => set({ workEnd: e.currentTarget.value })}
          />
          <NumberInput
            label={t('profile.lunch')}
            description={t('profile.lunchHint')}
            min={0}
            max={180}
            step={5}
            allowDecimal={false}
            value={profile.lunchMinutes}
            onChange={(value) => typeof value === 'number' && set({ lunchMinutes: value })}
          />
        </div>
        <Button
          type="submit"
          mt="md"
          loading={save.isPending}
          disabled={wrong !== null || !profile.name.trim()}
        >
          {t('common:action.save')}
        </Button>
      </form>
    </section>
  )
}
