import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { describe, expect, it } from 'vitest'
import { type Drawn, patchStyle } from './patchStyle'

const fill = (id: string, source: string, paint = {}): LayerSpecification => ({
  id,
  type: 'fill',
  source,
  paint,
})
const collection = (n: number) => ({
  type: 'FeatureCollection' as const,
  features: Array.from({ length: n }, (_, id) => ({
    type: 'Feature' as const,
    id,
    properties: {},
    geometry: { type: 'Point' as const, coordinates: [id, 0] },
  })),
})
const geojson = (data: ReturnType<typeof collection>) => ({ type: 'geojson' as const, data })
const tiles = (url: string) => ({ type: 'vector' as const, tiles: [url] })
const style = (sources: StyleSpecification['sources'], layers: LayerSpecification[]): StyleSpecification => ({
  version: 8,
  sources,
  layers,
})

/** A map that does to a style what it is told, and keeps what it was told. */
function drawn(of: StyleSpecification) {
  const sources = { ...of.sources } as Record<string, { data?: unknown; tiles?: string[] }>
  const layers = of.layers.map(
    (layer) => structuredClone(layer) as LayerSpecification & Record<string, object>,
  )
  const said: string[] = []
  const at = (id: string) => {
    const found = layers.findIndex((layer) => layer.id === id)
    if (found < 0) throw new Error(`There is no layer ${id}.`)
    return found
  }
  const insert = (layer: LayerSpecification, above?: string) => {
    layers.splice(above === undefined ? layers.length : at(above), 0, structuredClone(layer) as never)
  }
  const set = (part: 'paint' | 'layout') => (id: string, name: string, value: unknown) => {
    said.push(`${part} ${id}.${name}`)
    const properties = { ...layers[at(id)]?.[part], [name]: value } as Record<string, unknown>
    if (value === undefined) delete properties[name]
    Object.assign(layers[at(id)] as object, { [part]: properties })
  }
  const map = {
    addLayer: (layer: LayerSpecification, above?: string) => {
      said.push(`add ${layer.id}`)
      if ('source' in layer && !sources[String(layer.source)]) throw new Error(`${layer.id} has no source`)
      insert(layer, above)
    },
    removeLayer: (id: string) => {
      said.push(`remove ${id}`)
      layers.splice(at(id), 1)
    },
    moveLayer: (id: string, above?: string) => {
      const [layer] = layers.splice(at(id), 1)
      insert(layer as LayerSpecification, above)
    },
    addSource: (id: string, source: object) => {
      said.push(`add source ${id}`)
      sources[id] = { ...source }
    },
    removeSource: (id: string) => {
      said.push(`remove source ${id}`)
      if (layers.some((layer) => 'source' in layer && layer.source === id)) throw new Error(`${id} is in use`)
      delete sources[id]
    },
    getSource: (id: string) => ({
      setData: (data: unknown) => {
        said.push(`data ${id}`)
        sources[id] = { ...sources[id], data }
      },
      setTiles: (to: string[]) => {
        said.push(`tiles ${id}`)
        sources[id] = { ...sources[id], tiles: to }
      },
    }),
    setPaintProperty: set('paint'),
    setLayoutProperty: set('layout'),
    setFilter: (id: string, filter: unknown) => Object.assign(layers[at(id)] as object, { filter }),
    setLayerZoomRange: (id: string, minzoom: number, maxzoom: number) =>
      Object.assign(layers[at(id)] as object, { minzoom, maxzoom }),
  }
  return { map: map as unknown as Drawn, said, now: () => ({ sources, layers }) }
}

describe('a style that becomes another', () => {
  const hexagons = collection(1000)
  const before = style({ a: geojson(hexagons), b: tiles('one') }, [
    fill('land', 'b', { 'fill-color': '#fff' }),
    fill('hexagons', 'a', { 'fill-opacity': 0.5 }),
    fill('names', 'b'),
  ])

  it('is told nothing when nothing is different, however the layers were written', () => {
    const d = drawn(before)
    patchStyle(d.map, before, { ...before, layers: structuredClone(before.layers) })
    expect(d.said).toEqual([])
  })

  it('changes one paint alone, and never looks at the hexagons', () => {
    const d = drawn(before)
    const watched = new Proxy(hexagons, {
      get: (of, key) => {
        if (key === 'features') throw new Error('looked into the features')
        return Reflect.get(of, key)
      },
    })
    const other = before.layers.map((l) =>
      l.id === 'hexagons' ? fill('hexagons', 'a', { 'fill-opacity': 0.9 }) : l,
    )
    const same = { a: geojson(watched), b: tiles('one') }
    patchStyle(d.map, style(same, before.layers), style({ ...same, a: geojson(watched) }, other))
    expect(d.said).toEqual(['paint hexagons.fill-opacity'])
  })

  it('hands over another collection and another address of tiles', () => {
    const d = drawn(before)
    patchStyle(d.map, before, style({ a: geojson(collection(1000)), b: tiles('two') }, before.layers))
    expect(d.said).toEqual(['data a', 'tiles b'])
  })

  it('does not hand over again the same few features', () => {
    const few = style({ a: geojson(collection(2)) }, [])
    const d = drawn(few)
    patchStyle(d.map, few, style({ a: geojson(collection(2)) }, []))
    expect(d.said).toEqual([])
  })

  it('comes to be the other in any case: layers and sources come, go, move and change their kind', () => {
    const after = style({ b: tiles('one'), c: { ...geojson(collection(1)), tolerance: 1 } }, [
      fill('names', 'b'),
      { id: 'hexagons', type: 'line', source: 'c', paint: { 'line-width': 2 } },
      fill('new', 'c', { 'fill-color': 'red' }),
      { ...fill('land', 'b'), minzoom: 4, filter: ['==', 'x', 1] } as LayerSpecification,
    ])
    const d = drawn(before)
    patchStyle(d.map, before, after)
    expect(Object.keys(d.now().sources).sort()).toEqual(['b', 'c'])
    expect(d.now().layers.map((l) => [l.id, l.type])).toEqual(after.layers.map((l) => [l.id, l.type]))
    expect(d.now().layers.at(-1)).toMatchObject({ id: 'land', paint: {}, minzoom: 4, filter: ['==', 'x', 1] })
    patchStyle(d.map, after, before)
    expect(d.now().layers.map((l) => [l.id, l.type])).toEqual(before.layers.map((l) => [l.id, l.type]))
    expect(d.now().layers[0]).toMatchObject({ paint: { 'fill-color': '#fff' } })
  })

  it('makes a source anew whose other options change, with the layers that draw it', () => {
    const d = drawn(before)
    const a = { ...geojson(hexagons), tolerance: 3 }
    patchStyle(d.map, before, style({ ...before.sources, a }, before.layers))
    expect(d.said).toEqual(['remove hexagons', 'remove source a', 'add source a', 'add hexagons'])
    expect(d.now().layers.map((l) => l.id)).toEqual(['land', 'hexagons', 'names'])
  })
})
