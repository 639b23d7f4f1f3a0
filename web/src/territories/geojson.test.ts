import { describe, expect, it } from 'vitest'
import { outlinesOf, propertiesOf, readOutlines } from './geojson'

const square = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  ],
}
const feature = (properties: unknown, geometry: unknown = square) => ({
  type: 'Feature',
  properties,
  geometry,
})
const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features })

describe('a file of outlines', () => {
  it('keeps polygons and leaves the rest out', () => {
    const found = outlinesOf(
      collection(feature({ name: 'North' }), feature({}, { type: 'Point', coordinates: [0, 0] }), null),
    )
    expect(found).toMatchObject({ features: [{ properties: { name: 'North' } }] })
  })
  it('says what is wrong with it', async () => {
    expect(await readOutlines(new Blob(['{']))).toBe('noJson')
    expect(await readOutlines(new Blob(['[1]']))).toBe('noCollection')
    expect(outlinesOf(collection(feature({}, { type: 'Point', coordinates: [0, 0] })))).toBe('noPolygons')
    expect(await readOutlines(new Blob([new Uint8Array(21 * 1024 * 1024)]))).toBe('tooLarge')
  })
  it('offers the property that looks like a name first', () => {
    const found = outlinesOf(
      collection(
        feature({ id: 1, kind: 'x', Name: 'North', area: null }),
        feature({ id: 2, kind: 'x', Name: 'South' }),
      ),
    )
    if (typeof found === 'string') throw new Error(found)
    expect(propertiesOf(found)).toEqual(['Name', 'id', 'kind'])
  })
})
