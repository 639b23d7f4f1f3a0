/** How long a drive may be: a slider in the card of a drive-time area. */
import { Slider, Text } from '@mantine/core'
import { useEffect, useReducer } from 'react'
import { useTranslation } from 'react-i18next'
import { type Reach, reachChoice, reachOf, reachText } from '../app/reach'
import { useFormat } from '../i18n/format'
import classes from './MapControls.module.css'
import { minutesFrom, minutesReducer } from './reachArea'

const marks = [15, 30, 45, 60].map((value) => ({ value, label: String(value) }))

export function ReachMinutes(props: {
  reach: string
  name: string | undefined
  onReach: (reach: string) => void
}) {
  const { reach, name, onReach } = props
  const { t } = useTranslation('map')
  const format = useFormat()
  const [state, dispatch] = useReducer(minutesReducer, reach, minutesFrom)
  useEffect(() => dispatch({ type: 'follow', reach }), [reach])
  const { point } = reachOf(reach) as Reach
  const duration = format.duration(state.minutes * 60)
  return (
    <div className={classes.reach}>
      <Text size="sm">{name ? t('reach.of', { duration, name }) : t('reach.ofPlace', { duration })}</Text>
      <Slider
        min={reachChoice.least}
        max={reachChoice.most}
        step={reachChoice.step}
        marks={marks}
        value={state.minutes}
        onChange={(minutes) => dispatch({ type: 'slide', minutes })}
        onChangeEnd={(minutes) => {
          dispatch({ type: 'letGo', minutes })
          onReach(reachText({ point, minutes }))
        }}
        label={(minutes) => format.duration(minutes * 60)}
        thumbLabel={t('reach.minutes')}
        thumbProps={{ 'aria-valuetext': duration }}
      />
    </div>
  )
}
