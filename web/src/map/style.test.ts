import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import type { Route } from '../api/types'
import type { Colouring } from './colouring'
import { polygonOf } from './lasso'
import { accountLayers, accountsSource } from './layers/accounts'
import { coverageOf } from './layers/outside'
import { figures, regionClasses, regionLayers, regionsSource } from './layers/regions'
import { routeData, routeLines, routeSource, stopData, stopLayers, stopSource } from './layers/route'
import { reachLayers, shapeLayers, shapeSource } from './layers/shape'
import { paletteOf } from './palette'
import { pickReducer } from './picked'
import { styleOf } from './style'

/** Points in the colours of a field; those of the status are what these are without it. */
const colouring: Colouring = {
  field: 'custom.fleet',
  label: 'Fleet',
  classes: ['Few', 'Many', 'No value'].map((label) => ({
    label,
    colours: { light: '#0072b2', dark: '#3b97d3' },
  })),
  classOf: ['case', ['has', 'custom.fleet'], ['step', ['to-number', ['get', 'custom.fleet']], 0, 5, 1], 2],
}

const { validateStyleMin } = createRequire(import.meta.url)('@maplibre/maplibre-gl-style-spec') as {
  validateStyleMin: (style: unknown) => { message: string }[]
}

const origin = 'https://crm.example.com'
const stop = (siteId: number, point: [number, number]) => ({
  id: siteId,
  position: 1,
  accountId: siteId,
  siteId,
  name: `Site ${siteId}`,
  class: 'A',
  status: 'customer',
  address: '',
  point,
  arrivesAt: '',
  leavesAt: '',
  waitingSeconds: 0,
  visitSeconds: 0,
  driveSeconds: 0,
  driveMetres: 0,
  estimated: siteId === 2,
  locked: false,
  openingHours: '',
  violation: siteId === 2 ? 'closed_at_arrival' : '',
})
const route = {
  startPoint: [0, 0],
  endPoint: [0, 0],
  stops: [stop(1, [1, 0]), stop(2, [1, 1])],
  geometry: {
    type: 'MultiLineString',
    coordinates: [
      [
        [0, 0],
        [1, 0],
      ],
      [
        [1, 0],
        [1, 1],
      ],
      [
        [1, 1],
        [0, 0],
      ],
    ],
  },
} as unknown as Route

describe.each(['light', 'dark'] as const)('the %s style', (scheme) => {
  const palette = paletteOf(scheme)
  const drawing = { route, unplanned: [{ siteId: 9, name: 'Left out', point: [2, 2] as [number, number] }] }
  const shape = polygonOf('0,0 1,0 1,1')
  const style = styleOf({
    palette,
    origin,
    bounds: [-76, 38, -75, 40],
    basemap: true,
    content: {
      sources: {
        accounts: accountsSource(origin, { status: ['customer'] }),
        regions: regionsSource(origin, {}, 7),
        shape: shapeSource(shape, { point: [0.5, 0.2], label: '20 min' }),
        route: routeSource(drawing),
        stops: stopSource(drawing),
      },
      areas: [
        ...figures.flatMap((f, i) =>
          regionLayers(palette, f, regionClasses(palette, f), null).map((l) => ({
            ...l,
            id: `${l.id}-${i}`,
          })),
        ),
        ...shapeLayers(palette),
      ],
      lines: routeLines(palette),
      points: [...accountLayers(palette, shape, colouring), ...reachLayers(palette), ...stopLayers(palette)],
    },
  })
  it('is valid', () => {
    expect(validateStyleMin(style).map((e) => e.message)).toEqual([])
  })
  it('asks nobody but its own origin', () => {
    const urls = JSON.stringify(style).match(/(?:https?:)?\/\/[^"/]+/g) ?? []
    expect(urls.length).toBeGreaterThan(3)
    for (const url of urls) expect(url).toBe(origin)
    expect(style).not.toHaveProperty('glyphs')
    expect(style).not.toHaveProperty('sprite')
  })
  it('draws places above routes, and points above places', () => {
    const at = (id: string) => style.layers.findIndex((layer) => layer.id === id)
    expect(at('route-line')).toBeLessThan(at('place-city'))
    expect(at('place-city')).toBeLessThan(at('cluster'))
  })
})

it('a route has a leg to each stop and one to the end, and no second sign where it ends at its start', () => {
  expect(routeData({ route, unplanned: [] }).features.map((f) => f.properties?.estimated)).toEqual([
    false,
    true,
    false,
  ])
  expect(stopData({ route, unplanned: [] }).features.map((f) => f.properties?.kind)).toEqual([
    'start',
    'stop',
    'stop-warn',
  ])
  expect(
    stopData({ route: { ...route, endPoint: [5, 5] }, unplanned: [] }).features.map(
      (f) => f.properties?.kind,
    ),
  ).toContain('end')
})

it('the classes of a figure ascend and stretch with its largest value', () => {
  for (const figure of figures)
    for (const largest of [0, 1, 64, 4096]) {
      const from = regionClasses(paletteOf('light'), figure, largest).map((c) => c.from)
      expect(from).toEqual([...new Set(from)].toSorted((a, b) => a - b))
    }
  expect(regionClasses(paletteOf('light'), 'customers', 4096).at(-1)?.from).toBeGreaterThan(1000)
})

it('a view is inside the extract, partly, or not at all', () => {
  expect(coverageOf([1, 1, 2, 2], [0, 0, 3, 3])).toBe('all')
  expect(coverageOf([1, 1, 4, 2], [0, 0, 3, 3])).toBe('part')
  expect(coverageOf([4, 4, 5, 5], [0, 0, 3, 3])).toBe('none')
  expect(coverageOf([4, 4, 5, 5], null)).toBe('none')
})

it('shift-click adds an account and takes it away again', () => {
  const one = pickReducer([], { type: 'toggle', account: 1, site: 11 })
  const two = pickReducer(one, { type: 'toggle', account: 2, site: 22 })
  expect(two).toEqual([
    { account: 1, site: 11 },
    { account: 2, site: 22 },
  ])
  expect(pickReducer(two, { type: 'toggle', account: 1, site: 11 })).toEqual([{ account: 2, site: 22 }])
  expect(pickReducer(two, { type: 'clear' })).toEqual([])
})
