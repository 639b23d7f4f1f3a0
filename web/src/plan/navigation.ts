/** Hand-off to phone navigation: plain links, followed by nobody but the one who taps them. */
import type { Point } from '../api/types'

export type Navigator = 'device' | 'google' | 'apple' | 'waze'

export function navigationLinks(point: Point | number[], name: string): Record<Navigator, string> {
  const [lon = 0, lat = 0] = point
  const place = `${lat.toFixed(6)},${lon.toFixed(6)}`
  return {
    device: `geo:${place}?q=${place}(${encodeURIComponent(name)})`,
    google: `https://www.google.com/maps/dir/?api=1&travelmode=driving&destination=${encodeURIComponent(place)}`,
    apple: `https://maps.apple.com/?dirflg=d&daddr=${encodeURIComponent(place)}`,
    waze: `https://waze.com/ul?ll=${encodeURIComponent(place)}&navigate=yes`,
  }
}
