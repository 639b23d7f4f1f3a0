/** The points of accounts in the colours of a field of the organisation's own. */
import { useQuery } from '@tanstack/react-query'
import type { ExpressionSpecification } from 'maplibre-gl'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Answer } from '../api/types'
import type { Scheme } from '../app/palette'
import { useCatalogue } from '../filters/fields'
import type { Field } from '../filters/types'
import { useFormat } from '../i18n/format'
import { sequential } from '../regions/ramps'
import { territoryColours } from '../territories/colours'

export type Spread = Answer<'getFieldSpread'>

/** The class of a value: its colours on the light and on the dark map, and what it is called. */
export type ColourClass = { colours: Record<Scheme, string>; label: string }

export type Colouring = {
  /** custom.<key>, as tiles carry it. */
  field: string
  label: string
  classes: ColourClass[]
  /** The number of a point's class, as an expression of the style; the last class is "no value". */
  classOf: ExpressionSpecification
}

const coloured = ['choice', 'boolean', 'number', 'money']

/** The fields that a map can be coloured by. */
export const canColour = (field: Field) => field.custom && coloured.includes(field.type)

const none = { light: '#8b918f', dark: '#6f7d85' }
const schemes = ['light', 'dark'] as const

const inBoth = (colour: (scheme: Scheme) => string | undefined): Record<Scheme, string> => {
  const [light = none.light, dark = none.dark] = schemes.map(colour)
  return { light, dark }
}
const fixed = (index: number) => inBoth((scheme) => territoryColours[scheme][index])

export type ColourWords = {
  yes: string
  no: string
  others: string
  noValue: string
  under: (to: number) => string
  between: (from: number, to: number) => string
  from: (from: number) => string
}

/** Choices with a colour each; all further ones share the next. */
const mostChoices = territoryColours.light.length - 1

/** How a field colours the map; null when it cannot, or when it is not known yet how its numbers are spread. */
export function colouringOf(field: Field, spread: Spread | undefined, words: ColourWords): Colouring | null {
  if (!canColour(field)) return null
  const value: ExpressionSpecification = ['get', field.key]
  const done = (classes: ColourClass[], known: ExpressionSpecification): Colouring => ({
    field: field.key,
    label: field.label,
    classes: [...classes, { colours: none, label: words.noValue }],
    classOf: ['case', ['has', field.key], known, classes.length],
  })
  if (field.type === 'boolean')
    return done(
      [
        { colours: fixed(0), label: words.yes },
        { colours: fixed(1), label: words.no },
      ],
      ['case', ['==', value, true], 0, 1],
    )
  if (field.type === 'choice') {
    const choices = field.choices ?? []
    const own = choices.slice(0, mostChoices)
    if (own.length === 0) return null
    // A choice that was taken away is another one too: accounts keep it.
    return done(
      [
        ...own.map(({ label }, i) => ({ colours: fixed(i), label })),
        { colours: fixed(mostChoices), label: words.others },
      ],
      ['match', value, ...own.flatMap(({ value: of }, i) => [of, i]), own.length] as ExpressionSpecification,
    )
  }
  if (!spread) return null
  const breaks = spread.breaks ?? []
  // The palest two of the ramp are too near the ground.
  const ramp = inBothRamps(breaks.length + 1)
  const labelOf = (i: number) => {
    const [from, to] = [breaks[i - 1], breaks[i]]
    if (from === undefined) return to === undefined ? words.from(spread.min) : words.under(to)
    return to === undefined ? words.from(from) : words.between(from, to)
  }
  return done(
    ramp.map((colours, i) => ({ colours, label: labelOf(i) })),
    breaks.length === 0
      ? ['literal', 0]
      : ([
          'step',
          ['to-number', value],
          0,
          ...breaks.flatMap((at, i) => [at, i + 1]),
        ] as ExpressionSpecification),
  )
}

function inBothRamps(n: number): Record<Scheme, string>[] {
  const [light, dark] = schemes.map((scheme) => sequential(scheme, n + 2).slice(2))
  return Array.from({ length: n }, (_, i) => inBoth((s) => (s === 'light' ? light : dark)?.[i]))
}

/** A colour as the name of a symbol has it. */
export const colourName = (colour: string) => colour.replace('#', '')

/** The colour of a point in the name of its symbol. */
export const symbolColour = ({ classes, classOf }: Colouring, scheme: Scheme): ExpressionSpecification =>
  [
    'match',
    classOf,
    ...classes.slice(0, -1).flatMap(({ colours }, i) => [i, colourName(colours[scheme])]),
    colourName(none[scheme]),
  ] as ExpressionSpecification

/** The colouring by the field of an address, and the fields that there are to choose from. */
export function useColouring(key: string | undefined) {
  const { t } = useTranslation(['map', 'filters'])
  const { list, byKey } = useCatalogue()
  const format = useFormat()
  const fields = useMemo(() => list.filter(canColour), [list])
  const field = key === undefined ? undefined : byKey.get(key)
  const numeric = field !== undefined && canColour(field) && ['number', 'money'].includes(field.type)
  const { data: spread } = useQuery({
    queryKey: ['accounts', 'spread', key],
    queryFn: ({ signal }) =>
      call(api.GET('/api/fields/{key}/spread', { params: { path: { key: key ?? '' } }, signal })),
    enabled: numeric,
    // Classes that move while somebody looks would say less than old ones.
    staleTime: 5 * 60_000,
  })
  const colouring = useMemo(() => {
    if (!field) return null
    const number = (value: number) => (field.type === 'money' ? format.money(value) : format.number(value))
    return colouringOf(field, spread, {
      yes: t('filters:yes'),
      no: t('filters:no'),
      others: t('legend.otherChoices'),
      noValue: t('legend.noValue'),
      under: (to) => t('legend.under', { to: number(to) }),
      between: (from, to) => t('legend.between', { from: number(from), to: number(to) }),
      from: (from) => t('legend.from', { from: number(from) }),
    })
  }, [field, spread, t, format])
  return { fields, colouring }
}
