import type { MultiPolygon } from 'geojson'
import { useEffect, useRef } from 'react'
import { useMap } from './MapView'
import { boundsOfArea } from './reachArea'

const wide = 900
const middling = 720
const phone = 600

/** Brings an area that was just asked for into view, beside what lies on the map. */
export function ShowArea({
  area,
  settled,
}: {
  /** `text` is the same as long as the area is. */
  area: { text: string | undefined; polygon: MultiPolygon } | undefined
  settled: boolean
}) {
  const map = useMap()
  // The area of an address that also says where to look is not looked for.
  const shown = useRef(settled ? area?.text : undefined)
  const first = useRef(settled)
  useEffect(() => {
    if (!area || shown.current === area.text) return
    shown.current = area.text
    if (first.current) {
      first.current = false
      return
    }
    const bounds = boundsOfArea(area.polygon)
    if (!bounds) return
    const { clientWidth: width, clientHeight: height } = map.getContainer()
    map.fitBounds(bounds, {
      padding:
        width < phone
          ? { top: height * 0.2, bottom: height * 0.62, left: 24, right: 24 }
          : {
              top: width < wide ? 48 : 200,
              bottom: 48,
              left: 48,
              right: width < middling ? 48 : 380,
            },
      maxZoom: 15,
      duration: 400,
    })
  }, [map, area])
  return null
}
