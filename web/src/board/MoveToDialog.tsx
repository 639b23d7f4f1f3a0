/** "Move to…": the days that suit a visit by colour, the best places in order, and what each would do. */
import { Alert, Button, Group, Modal, Select, Skeleton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../app/problemText'
import { useFormat } from '../i18n/format'
import { EffectText } from './EffectText'
import { laneKey } from './grouping'
import classes from './MoveToDialog.module.css'
import { isElsewhere, moveTo, type Place, whereabouts } from './moves'
import { placesForQuery } from './queries'
import { RatingMark } from './Rating'
import { SuitableDays, SuitableDaysLegend } from './SuitableDays'
import type { Board, DayRating, Effect, Move, SuitablePlace } from './types'
import { useEffectOf } from './useEffectOf'
import { useView } from './view'

export function MoveToDialog(props: {
  board: Board
  visitId: number
  onMoves: (moves: Move[], effect?: Effect) => void
}) {
  const { board, visitId, onMoves } = props
  const { t } = useTranslation('board')
  const close = () => useView.setState({ moveTo: null })
  const found = whereabouts(board, visitId)
  if (!found) return null
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('moveTo.title', { name: found.visit.name })}
      closeButtonProps={{ 'aria-label': t('moveTo.close') }}
    >
      <Places {...{ board, visitId, onMoves, close }} />
    </Modal>
  )
}

const most = 12

function Places(props: {
  board: Board
  visitId: number
  onMoves: (moves: Move[], effect?: Effect) => void
  close: () => void
}) {
  const { board, visitId, onMoves, close } = props
  const { t } = useTranslation('board')
  const { t: common } = useTranslation()
  const format = useFormat()
  const problemText = useProblemText()
  const found = whereabouts(board, visitId)
  const here = found?.kind === 'stop' ? found.lane : null
  const { data, error, refetch } = useQuery(placesForQuery(board.plan.id, board.plan.version, visitId))
  const [repId, setRepId] = useState<number | null>(here?.repId ?? board.reps[0]?.id ?? null)
  const [chosen, setChosen] = useState<Place | null>(null)
  const [day, setDay] = useState<string | null>(null)
  const state = useEffectOf(board, chosen && { visitId, to: chosen })
  const days = useMemo(() => (data?.days ?? []).filter((each) => each.repId === repId), [data, repId])
  const nameOf = (id: number) => board.reps.find((rep) => rep.id === id)?.name ?? ''
  const choose = (place: SuitablePlace) => {
    setChosen({ repId: place.repId, day: place.day, position: place.position })
    setRepId(place.repId)
    setDay(place.day)
  }
  const chooseDay = (rated: DayRating) => {
    setDay(rated.day)
    const place = data?.items.find((item) => item.repId === rated.repId && item.day === rated.day)
    const lane = board.lanes.find((lane) => laneKey(lane) === laneKey(rated))
    // A day on which nothing suits still takes the visit, at its end.
    setChosen({
      repId: rated.repId,
      day: rated.day,
      position: place?.position ?? (lane?.stops.filter((stop) => stop.visitId !== visitId).length ?? 0) + 1,
    })
  }
  const elsewhere = chosen !== null && isElsewhere(board, visitId, chosen)
  const move = () => {
    if (!chosen || !elsewhere) return
    onMoves([moveTo(visitId, chosen)], state.effect)
    close()
  }
  if (error)
    return (
      <Alert color="red" variant="outline" role="alert">
        <Text size="sm" mb="sm">
          {problemText(error)}
        </Text>
        <Button size="sm" variant="default" onClick={() => void refetch()}>
          {common('action.retry')}
        </Button>
      </Alert>
    )
  if (!data)
    return (
      <div aria-busy>
        <Skeleton height={36} mb="sm" />
        <Skeleton height={170} mb="md" />
        <Skeleton height={120} />
      </div>
    )
  return (
    <div className={classes.body}>
      {board.reps.length > 1 && (
        <Select
          label={t('moveTo.rep')}
          data={board.reps.map((rep) => ({ value: String(rep.id), label: rep.name }))}
          value={repId === null ? null : String(repId)}
          onChange={(value) => {
            setRepId(Number(value))
            setDay(null)
            setChosen(null)
          }}
          allowDeselect={false}
          searchable={board.reps.length > 8}
        />
      )}
      {days.length > 0 ? (
        <div>
          <SuitableDays
            days={days}
            selected={day}
            label={t('moveTo.days', { name: nameOf(repId ?? 0) })}
            onSelect={chooseDay}
          />
          <SuitableDaysLegend />
        </div>
      ) : (
        <Text size="sm" c="dimmed">
          {t('moveTo.noDays')}
        </Text>
      )}
      <section aria-labelledby="best-places">
        <Title order={3} id="best-places" className={classes.title}>
          {t('moveTo.best')}
        </Title>
        {data.items.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('moveTo.none')}
          </Text>
        ) : (
          <ul className={classes.places}>
            {data.items.slice(0, most).map((place) => (
              <li key={`${laneKey(place)}/${place.position}`}>
                <button
                  type="button"
                  className={classes.place}
                  data-place
                  aria-pressed={
                    chosen !== null &&
                    laneKey(chosen) === laneKey(place) &&
                    chosen.position === place.position
                  }
                  onClick={() => choose(place)}
                >
                  <span className={classes.when}>
                    <strong>{format.longDay(place.day)}</strong>
                    <span>
                      {board.reps.length > 1 && `${nameOf(place.repId)} · `}
                      {t('moveTo.at', { time: format.time(place.beginsAt) })}
                    </span>
                  </span>
                  <span className={classes.far}>{format.distance(place.detourMetres)}</span>
                  <RatingMark rating={place.rating} detourSeconds={place.detourSeconds} />
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <div className={classes.foot}>
        <span role="status">
          {chosen ? <EffectText state={state} idle={t('moveTo.here')} /> : t('moveTo.choose')}
        </span>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" onClick={close}>
            {common('action.cancel')}
          </Button>
          <Button disabled={!elsewhere} onClick={move}>
            {t('moveTo.move')}
          </Button>
        </Group>
      </div>
    </div>
  )
}
