/** A place by its address: typed, chosen from what the extract knows. */
import { Autocomplete } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlaces } from '../api/queries'
import type { Point } from '../api/types'

export type PlaceValue = { point: Point; address: string } | null

export function PlaceField(props: {
  label: string
  description?: string
  placeholder?: string
  value: PlaceValue
  onChange: (value: PlaceValue) => void
}) {
  const { label, description, placeholder, value, onChange } = props
  const { t } = useTranslation('plan')
  const [typed, setTyped] = useState(value?.address ?? '')
  const [asked] = useDebouncedValue(typed, 200)
  const { data: places = [] } = usePlaces(asked)
  const nameOf = (place: (typeof places)[number]) => [place.label, place.detail].filter(Boolean).join(', ')
  const names = [...new Set(places.map(nameOf))]
  const unknown = typed.trim() !== '' && typed !== value?.address
  return (
    <Autocomplete
      label={label}
      {...(description ? { description } : {})}
      {...(placeholder ? { placeholder } : {})}
      data={names}
      filter={({ options }) => options}
      value={typed}
      onChange={(text) => {
        setTyped(text)
        const place = places.find((p) => nameOf(p) === text)
        if (place) onChange({ point: place.point as Point, address: text })
        else if (text.trim() === '') onChange(null)
      }}
      error={
        unknown && asked === typed && asked.length > 2 && names.length === 0
          ? t('form.placeUnknown')
          : undefined
      }
      autoComplete="off"
    />
  )
}
