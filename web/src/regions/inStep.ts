/** Maps that move together: whichever is moved takes the others along. */
import type { Map as MapLibre } from 'maplibre-gl'

export type InStep = {
  /** Adds a map; the answer takes it away again. */
  join: (map: MapLibre) => () => void
  /** True while a map is only following. */
  following: () => boolean
}

export function inStep(): InStep {
  const maps = new Set<MapLibre>()
  let leading: MapLibre | null = null
  return {
    following: () => leading !== null,
    join(map) {
      const lead = () => {
        if (leading) return
        leading = map
        try {
          for (const other of maps)
            if (other !== map) other.jumpTo({ center: map.getCenter(), zoom: map.getZoom() })
        } finally {
          leading = null
        }
      }
      maps.add(map)
      map.on('move', lead)
      return () => {
        maps.delete(map)
        map.off('move', lead)
      }
    },
  }
}
