/** Tells the map whose each cell is, by the features' states, and draws outlines after the hand. */
import type { GeoJSONSource } from 'maplibre-gl'
import { useEffect } from 'react'
import { useMap } from '../map/MapView'
import type { Division } from './division'
import { nobody } from './painting'

/** Outlines follow the hand so often, in milliseconds. */
const outlineEvery = 80

export function CellStates(props: {
  division: Division
  territories: readonly { id: number; name: string }[]
  colours: ReadonlyMap<number, number>
  /** Whose a cell is on the other side of a comparison; null without one. */
  against: ((cell: string) => number) | null
  /** Cells that are locked. */
  kept: ReadonlySet<string>
}) {
  const { division, territories, colours, against, kept } = props
  const map = useMap()
  useEffect(() => {
    const { painting } = division
    const put = (cells: readonly string[]) => {
      for (const cell of cells) {
        const owner = painting.ownerOf(cell)
        map.setFeatureState(
          { source: 'cells', id: painting.at(cell) },
          {
            t: owner === nobody ? -1 : (colours.get(owner) ?? 0),
            moved: against !== null && against(cell) !== owner,
            kept: kept.has(cell),
          },
        )
      }
    }
    const draw = () => {
      map
        .getSource<GeoJSONSource>('outlines')
        ?.setData(division.outlines.collection(territories.map((each) => each.id)))
      map.getSource<GeoJSONSource>('territory-names')?.setData(division.outlines.labels(territories))
    }
    let timer: number | null = null
    const changed = (cells: readonly string[]) => {
      put(cells)
      timer ??= window.setTimeout(() => {
        timer = null
        draw()
      }, outlineEvery)
    }
    const all = () => {
      if (!map.getSource('cells')) return
      map.removeFeatureState({ source: 'cells' })
      put(painting.cells)
      draw()
    }
    if (map.style?._loaded) all()
    else map.once('style.load', all)
    const unwatch = division.watchCells(changed)
    return () => {
      unwatch()
      map.off('style.load', all)
      if (timer !== null) window.clearTimeout(timer)
    }
  }, [map, division, territories, colours, against, kept])
  return null
}
