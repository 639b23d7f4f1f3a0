/** What a condition on a place compares with: drawn, clicked or looked up. */
import { Loader, NativeSelect, NumberInput, Select, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PlaceSearch } from '../accounts/PlaceSearch'
import { useMe } from '../api/queries'
import { mostMinutes } from '../app/reach'
import { boundariesQuery } from '../territories/queries'
import { isAround, type PlaceValue, placeOf } from './place'
import type { EditorProps } from './ValueEditor'

const PlacePicker = lazy(() => import('./PlacePicker').then((m) => ({ default: m.PlacePicker })))

const metresPerMile = 1609.344

/** Sizes of hexagons that can be picked, by their mean area (H3). */
const sizes = [
  [5, 252.9],
  [6, 36.13],
  [7, 5.161],
  [8, 0.737],
  [9, 0.105],
] as const

export function PlaceEditor({ words, condition, onChange }: EditorProps) {
  const { t } = useTranslation('filters')
  const { organisation } = useMe()
  const imperial = organisation.currency === 'USD'
  const unit = imperial ? metresPerMile : 1000
  const { op } = condition
  const value = placeOf(condition)
  const [resolution, setResolution] = useState(() => {
    // Its second digit, as H3 writes them.
    const known = Number.parseInt(value.cells?.[0]?.[1] ?? '', 16)
    return sizes.some(([of]) => of === known) ? known : 7
  })
  const change = (part: PlaceValue) => {
    const rest: PlaceValue = isAround(op)
      ? {
          ...(value.center ? { center: value.center } : {}),
          ...(value.name ? { name: value.name } : {}),
          ...(op === 'radius'
            ? { metres: value.metres ?? 5 * unit }
            : { minutes: value.minutes ?? 20, profile: 'car' }),
        }
      : {}
    onChange({ ...condition, value: { ...rest, ...part } })
  }
  return (
    <Stack gap="xs">
      {isAround(op) && <Middle value={value} onChange={change} />}
      {op === 'radius' && (
        <NumberInput
          size="xs"
          label={t('value.metres')}
          suffix={` ${imperial ? t('value.miles') : t('value.kilometres')}`}
          min={0.1}
          max={imperial ? 124 : 200}
          decimalScale={1}
          value={Number(((value.metres ?? 5 * unit) / unit).toFixed(1))}
          onChange={(far) => Number(far) > 0 && change({ metres: Math.round(Number(far) * unit) })}
        />
      )}
      {op === 'reach' && (
        <NumberInput
          size="xs"
          label={t('value.minutes')}
          min={1}
          max={mostMinutes}
          allowDecimal={false}
          value={value.minutes ?? 20}
          onChange={(minutes) => Number(minutes) >= 1 && change({ minutes: Number(minutes) })}
        />
      )}
      {op === 'cells' && (
        <NativeSelect
          size="xs"
          label={t('value.cellSize')}
          value={resolution}
          onChange={(e) => setResolution(Number(e.currentTarget.value))}
          data={sizes.map(([of, km2]) => ({
            value: String(of),
            label: t('value.cellOf', {
              area: words.format.number(Number((imperial ? km2 / 2.59 : km2).toPrecision(2))),
              unit: imperial ? 'mi²' : 'km²',
            }),
          }))}
        />
      )}
      {op === 'area' && <NamedArea value={value} onChange={change} />}
      <Text size="xs" c="dimmed">
        {t(`value.how.${op as 'within'}`)}
      </Text>
      <Suspense fallback={<Loader size="sm" />}>
        <PlacePicker key={op} condition={condition} resolution={resolution} onChange={change} />
      </Suspense>
    </Stack>
  )
}

type PartProps = { value: PlaceValue; onChange: (part: PlaceValue) => void }

/** An address or a place; a click on the map says the same. */
function Middle({ value, onChange }: PartProps) {
  const { t } = useTranslation('filters')
  const known = value.name ?? (value.center ? t('value.placeChosen') : '')
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <PlaceSearch
      label={t('value.middle')}
      placeholder={t('value.place')}
      withinPortal={false}
      value={typed ?? known}
      onChange={setTyped}
      onPlace={(place) => {
        setTyped(null)
        const name = [place.label, place.detail].filter(Boolean).join(', ')
        onChange({ center: place.point, name: name.slice(0, 120) })
      }}
    />
  )
}

/** A county, a town, a postcode … of the extract. */
function NamedArea({ value, onChange }: PartProps) {
  const { t } = useTranslation('filters')
  const [text, setText] = useState(value.name ?? '')
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery({
    ...boundariesQuery(q),
    enabled: q.length >= 2,
    placeholderData: (before) => before,
  })
  const items = found.data ?? []
  return (
    <Select
      size="xs"
      label={t('value.area')}
      placeholder={t('value.areaHint')}
      searchable
      data-autofocus
      filter={({ options }) => options}
      nothingFoundMessage={q.length >= 2 && found.data ? t('value.noArea') : undefined}
      data={[
        ...(value.place !== undefined && !items.some((b) => b.id === value.place)
          ? [{ value: String(value.place), label: value.name ?? `#${value.place}` }]
          : []),
        ...items.map((b) => ({
          value: String(b.id),
          label: `${b.name} · ${t(`value.areaKind.${b.kind as 'place'}`)}`,
        })),
      ]}
      searchValue={text}
      onSearchChange={setText}
      value={value.place === undefined ? null : String(value.place)}
      onChange={(id) => {
        const area = items.find((b) => String(b.id) === id)
        if (area) onChange({ place: area.id, name: area.name })
      }}
      comboboxProps={{ withinPortal: false }}
    />
  )
}
