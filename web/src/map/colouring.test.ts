import { expression } from '@maplibre/maplibre-gl-style-spec'
import { expect, it } from 'vitest'
import type { Field } from '../filters/types'
import { type ColourWords, colouringOf } from './colouring'

const words: ColourWords = {
  yes: 'Yes',
  no: 'No',
  others: 'Others',
  noValue: 'No value',
  under: (to) => `under ${to}`,
  between: (from, to) => `${from} to under ${to}`,
  from: (from) => `${from} or more`,
}

const field = (type: Field['type'], choices: string[] = []): Field => ({
  key: 'custom.x',
  label: 'X',
  group: 'custom',
  type,
  ops: [],
  choices: choices.map((value) => ({ value, label: value.toUpperCase() })),
  sortable: true,
  editable: true,
  custom: true,
})

/** What the style makes of a point with a value. */
function labelOf(
  of: Field,
  value: unknown,
  spread?: { count: number; min: number; max: number; breaks: number[] },
) {
  const colouring = colouringOf(of, spread, words)
  if (!colouring) return null
  const made = expression.createExpression(colouring.classOf, 'class')
  if (made.result === 'error') throw new Error(made.value.map((e) => e.message).join())
  const properties = value === undefined ? {} : { 'custom.x': value as string }
  const index = made.value.evaluate({ zoom: 12 }, { type: 1, properties } as never)
  return colouring.classes[index]?.label
}

it('gives every choice its class, and those that are gone another', () => {
  const tier = field('choice', ['gold', 'silver'])
  expect(['gold', 'silver', 'bronze', undefined].map((v) => labelOf(tier, v))).toEqual([
    'GOLD',
    'SILVER',
    'Others',
    'No value',
  ])
  expect(labelOf(field('choice'), 'gold')).toBeNull()
})

it('tells yes from no and from neither', () => {
  expect([true, false, undefined].map((v) => labelOf(field('boolean'), v))).toEqual(['Yes', 'No', 'No value'])
})

it('sorts numbers into the classes of their spread', () => {
  const spread = { count: 9, min: -4, max: 99, breaks: [3, 7] }
  expect([-4, 2.9, 3, 6, 7, 1e9, undefined].map((v) => labelOf(field('number'), v, spread))).toEqual([
    'under 3',
    'under 3',
    '3 to under 7',
    '3 to under 7',
    '7 or more',
    '7 or more',
    'No value',
  ])
  expect(labelOf(field('number'), 5, { count: 1, min: 5, max: 5, breaks: [] })).toBe('5 or more')
  expect(labelOf(field('number'), 5)).toBeNull()
  expect(labelOf(field('text'), 'a')).toBeNull()
})
