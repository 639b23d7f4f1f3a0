import { ActionIcon, Button, Group, Text, TextInput } from '@mantine/core'
import { IconCopy, IconPlus, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import classes from './AccountPage.module.css'
import { clockOf, parseHours, type Week } from './hours'
import { emptyWeek, minutesOf, writeHours } from './writeHours'

/** The week as a form over the text of OpenStreetMap. What the form cannot say is edited as text. */
export function HoursEditor({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation(['record', 'accounts'])
  const format = useFormat()
  const week = value.trim() === '' ? emptyWeek() : parseHours(value)
  const name = new Intl.DateTimeFormat(format.locale, { weekday: 'short', timeZone: 'UTC' })
  const nameOf = (day: number) => name.format(new Date(Date.UTC(2024, 0, 1 + day))) // a Monday
  const set = (day: number, spans: Week[number]) => {
    if (week) onChange(writeHours(week.map((old, d) => (d === day ? spans : old)) as Week))
  }
  return (
    <div className={classes.wide}>
      <TextInput
        label={t('accounts:site.openingHours')}
        description={t('accounts:hours.hint')}
        placeholder="Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00"
        value={value}
        maxLength={500}
        onChange={(e) => onChange(e.currentTarget.value)}
      />
      {week ? (
        <fieldset className={classes.week} aria-label={t('hours.week')}>
          {week.map((spans, day) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the days of a week stay where they are
            <div key={day} className={classes.weekDay}>
              <Text size="sm" fw={550} w={44}>
                {nameOf(day)}
              </Text>
              <div className={classes.weekSpans}>
                {spans.length === 0 && (
                  <Text size="sm" c="dimmed">
                    {t('accounts:hours.closed')}
                  </Text>
                )}
                {spans.map((span, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: spans have no name but their place
                  <Group key={i} gap={4} wrap="nowrap">
                    {(['from', 'to'] as const).map((end) => (
                      <TextInput
                        key={end}
                        type="time"
                        size="xs"
                        aria-label={t(`hours.${end}`, { day: nameOf(day) })}
                        value={clockOf(span[end] % 1440)}
                        onChange={(e) => {
                          const minutes = minutesOf(e.currentTarget.value)
                          if (minutes === null) return
                          const next = { ...span, [end]: minutes }
                          if (next.to <= next.from) next.to += 1440
                          if (next.to > 2880) next.to -= 1440
                          set(
                            day,
                            spans.map((s, n) => (n === i ? next : s)),
                          )
                        }}
                      />
                    ))}
                    <ActionIcon
                      size="sm"
                      variant="subtle"
                      color="gray"
                      aria-label={t('hours.remove', { day: nameOf(day) })}
                      onClick={() =>
                        set(
                          day,
                          spans.filter((_, n) => n !== i),
                        )
                      }
                    >
                      <IconX size={14} />
                    </ActionIcon>
                  </Group>
                ))}
              </div>
              <ActionIcon
                size="sm"
                variant="subtle"
                aria-label={t('hours.add', { day: nameOf(day) })}
                onClick={() => {
                  const last = spans.at(-1)
                  const from = last ? Math.min(last.to + 60, 1380) : 540
                  set(day, [...spans, { from, to: last ? Math.min(from + 240, 1440) : 1020 }])
                }}
              >
                <IconPlus size={14} />
              </ActionIcon>
            </div>
          ))}
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconCopy size={14} aria-hidden />}
            disabled={week[0].length === 0}
            onClick={() =>
              onChange(writeHours(week.map((spans, d) => (d > 0 && d < 5 ? week[0] : spans)) as Week))
            }
          >
            {t('hours.likeMonday')}
          </Button>
        </fieldset>
      ) : (
        <Text size="sm" c="dimmed" mt={4}>
          {t('hours.asText')}
        </Text>
      )}
    </div>
  )
}
