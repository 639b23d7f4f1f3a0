/** How to drive a leg, turn by turn, under the leg in the list of stops. */
import { Button, Loader, Text } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowBearLeft,
  IconArrowBearRight,
  IconArrowRoundaboutRight,
  IconArrowSharpTurnLeft,
  IconArrowSharpTurnRight,
  IconArrowUp,
  IconCornerUpLeft,
  IconCornerUpRight,
  IconFlag,
  IconShip,
} from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Answer, Point } from '../api/types'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import classes from './Directions.module.css'
import { type Profile, profileIcons } from './ways'

type Step = NonNullable<Answer<'getDirections'>['steps']>[number]

/** The instructions come in the language of the one who asks, so it is part of the key. */
type Leg = { from: Point; to: Point; profile: Profile; at: string | undefined }

const directionsQuery = ({ from, to, profile, at }: Leg, language: string) =>
  queryOptions({
    queryKey: ['directions', from, to, profile, at, language],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/directions', {
          params: { query: { from: from.join(), to: to.join(), profile, ...(at ? { at } : {}) } },
          signal,
        }),
      ),
    staleTime: 10 * 60_000,
  })

export function Directions({ id, ...leg }: Leg & { id: string }) {
  const { t, i18n } = useTranslation('plan')
  const { t: common } = useTranslation()
  const format = useFormat()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery(directionsQuery(leg, i18n.language))
  const steps = data?.steps ?? []
  const section = useRef<HTMLElement>(null)
  const there = data !== undefined
  useEffect(() => {
    // What was asked for comes into view with its leg; a long way shows its beginning.
    const leg = section.current?.parentElement
    if (there && leg)
      leg.scrollIntoView({ block: leg.offsetHeight > window.innerHeight * 0.35 ? 'start' : 'nearest' })
  }, [there])
  return (
    <section
      ref={section}
      id={id}
      className={classes.directions}
      aria-label={t('directions.title')}
      data-directions
    >
      {error && (
        <>
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {problemText(error)}
          </Text>
          <Button size="xs" variant="default" mt={4} onClick={() => void refetch()}>
            {common('action.retry')}
          </Button>
        </>
      )}
      {!data && !error && <Loader size="sm" role="status" aria-label={common('loading')} />}
      {data?.estimated && <Text size="sm">{t('directions.estimated')}</Text>}
      {data && !data.estimated && (
        <ol className={classes.steps}>
          {steps.map((step, i) => (
            // Two steps may read the same; their place in the list tells them apart.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes its order
            <li key={i}>
              <StepIcon step={step} profile={leg.profile} />
              <span className={classes.text}>{step.text}</span>
              {step.manoeuvre !== 'arrive' && (
                <span className={classes.distance}>{format.shortDistance(step.metres)}</span>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

const turnIcons = {
  straight: IconArrowUp,
  slight_right: IconArrowBearRight,
  right: IconCornerUpRight,
  sharp_right: IconArrowSharpTurnRight,
  uturn: IconArrowBackUp,
  sharp_left: IconArrowSharpTurnLeft,
  left: IconCornerUpLeft,
  slight_left: IconArrowBearLeft,
} as const

const manoeuvreIcons = {
  roundabout: IconArrowRoundaboutRight,
  ferry: IconShip,
  arrive: IconFlag,
} as const

/** The text says the same, so the picture is for the eye alone. */
function StepIcon({
  step: { manoeuvre, turn },
  profile,
}: {
  step: Pick<Step, 'manoeuvre' | 'turn'>
  profile: Profile
}) {
  const Icon =
    (manoeuvre === 'depart' ? profileIcons[profile] : undefined) ??
    manoeuvreIcons[manoeuvre as keyof typeof manoeuvreIcons] ??
    turnIcons[turn as keyof typeof turnIcons] ??
    IconArrowUp
  return <Icon size={18} aria-hidden data-manoeuvre={manoeuvre} data-turn={turn} />
}
