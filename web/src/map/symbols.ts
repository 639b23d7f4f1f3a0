/**
 * The pictures on the map, drawn when the style first asks for one by its name
 * (behind the scheme: light/prospect):
 *
 *   account-STATUS-RING     customer: disc, prospect: diamond, former: crossed square;
 *                           ring: none, due (single), overdue (double); with -RRGGBB
 *                           behind it in that colour
 *   prospect                an open prospect: small and hollow
 *   cluster-SIZE-C-P        a disc whose rim shows customers and prospects in eighths
 *   stop, stop-warn, start, end, arrow, shield
 */
import type { Map as MapLibre } from 'maplibre-gl'
import type { Status } from '../app/search'
import { type MapPalette, paletteOf } from './palette'

const ratio = 2
type Draw = (g: CanvasRenderingContext2D) => void

function picture(width: number, height: number, draw: Draw): ImageData | null {
  const canvas = document.createElement('canvas')
  canvas.width = width * ratio
  canvas.height = height * ratio
  const g = canvas.getContext('2d')
  if (!g) return null
  g.scale(ratio, ratio)
  draw(g)
  return g.getImageData(0, 0, canvas.width, canvas.height)
}

function disc(g: CanvasRenderingContext2D, x: number, y: number, r: number) {
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
}

function shape(g: CanvasRenderingContext2D, status: Status, c: number, r: number) {
  if (status === 'customer') disc(g, c, c, r)
  else if (status === 'prospect') {
    const d = r * 1.22
    g.beginPath()
    g.moveTo(c, c - d)
    g.lineTo(c + d, c)
    g.lineTo(c, c + d)
    g.lineTo(c - d, c)
    g.closePath()
  } else {
    const h = r * 0.86
    g.beginPath()
    g.rect(c - h, c - h, 2 * h, 2 * h)
  }
}

export const accountSize = 34

function account(p: MapPalette, status: Status, ring: string, colour?: string): ImageData | null {
  const c = accountSize / 2
  const r = 8.5
  return picture(accountSize, accountSize, (g) => {
    if (ring === 'due' || ring === 'overdue') {
      g.strokeStyle = p.marks.markLine
      g.lineWidth = ring === 'overdue' ? 6.4 : 5
      disc(g, c, c, 13)
      g.stroke()
      g.strokeStyle = p.coverage[ring]
      g.lineWidth = ring === 'overdue' ? 1.8 : 2.4
      for (const radius of ring === 'overdue' ? [11.8, 14.9] : [13]) {
        disc(g, c, c, radius)
        g.stroke()
      }
    }
    shape(g, status, c, r)
    g.lineJoin = 'round'
    g.strokeStyle = p.marks.markLine
    g.lineWidth = 3.6
    g.stroke()
    g.fillStyle = colour ? `#${colour}` : p.status[status]
    g.fill()
    if (status === 'former') {
      g.strokeStyle = p.marks.markLine
      g.lineWidth = 1.8
      g.beginPath()
      g.moveTo(c - 3.6, c - 3.6)
      g.lineTo(c + 3.6, c + 3.6)
      g.moveTo(c + 3.6, c - 3.6)
      g.lineTo(c - 3.6, c + 3.6)
      g.stroke()
    }
  })
}

export const clusterSizes = { s: 28, m: 34, l: 42, xl: 50 } as const

function cluster(
  p: MapPalette,
  size: keyof typeof clusterSizes,
  customers: number,
  prospects: number,
): ImageData | null {
  const side = clusterSizes[size] + 4
  const c = side / 2
  const r = clusterSizes[size] / 2 - 2
  return picture(side, side, (g) => {
    disc(g, c, c, r + 2.6)
    g.fillStyle = p.marks.markLine
    g.fill()
    const former = Math.max(0, 8 - customers - prospects)
    let from = -Math.PI / 2
    for (const [share, color] of [
      [customers, p.status.customer],
      [prospects, p.status.prospect],
      [former, p.status.former],
    ] as const) {
      if (share === 0) continue
      const to = from + (share / 8) * 2 * Math.PI
      g.beginPath()
      g.arc(c, c, r - 0.2, from, to)
      g.strokeStyle = color
      g.lineWidth = 4
      g.stroke()
      from = to
    }
    disc(g, c, c, r - 3)
    g.fillStyle = p.marks.cluster
    g.fill()
  })
}

function badge(p: MapPalette, fill: string, line: string, extra?: Draw): ImageData | null {
  return picture(32, 32, (g) => {
    disc(g, 16, 16, 14)
    g.fillStyle = p.scheme === 'dark' ? '#05080a' : 'rgba(10,20,30,.28)'
    g.fill()
    disc(g, 16, 15.6, 12.6)
    g.fillStyle = fill
    g.fill()
    g.strokeStyle = line
    g.lineWidth = 2
    g.stroke()
    extra?.(g)
  })
}

function end(p: MapPalette, which: 'start' | 'end' | 'home'): ImageData | null {
  const on = p.scheme === 'dark' ? '#10181b' : '#ffffff'
  return badge(p, p.marks.place, p.marks.markLine, (g) => {
    g.fillStyle = on
    g.beginPath()
    if (which === 'end') {
      // A flag.
      g.rect(11.4, 9, 1.8, 13.4)
      g.moveTo(13.2, 9.4)
      g.lineTo(21.4, 12.6)
      g.lineTo(13.2, 15.8)
    } else {
      // A house.
      g.moveTo(16, 8.4)
      g.lineTo(23, 14.6)
      g.lineTo(21.2, 14.6)
      g.lineTo(21.2, 21.4)
      g.lineTo(10.8, 21.4)
      g.lineTo(10.8, 14.6)
      g.lineTo(9, 14.6)
    }
    g.closePath()
    g.fill()
  })
}

function arrow(p: MapPalette): ImageData | null {
  return picture(18, 18, (g) => {
    g.lineCap = 'round'
    g.lineJoin = 'round'
    g.beginPath()
    g.moveTo(5.2, 3.4)
    g.lineTo(14.2, 9)
    g.lineTo(5.2, 14.6)
    g.lineTo(7.6, 9)
    g.closePath()
    g.strokeStyle = p.marks.route
    g.lineWidth = 4
    g.stroke()
    g.fillStyle = p.marks.routeArrow
    g.fill()
  })
}

function shield(p: MapPalette): ImageData | null {
  return picture(16, 14, (g) => {
    g.beginPath()
    g.roundRect(0.7, 0.7, 14.6, 12.6, 3.5)
    g.fillStyle = p.shield
    g.fill()
    g.strokeStyle = p.shieldLine
    g.lineWidth = 1
    g.stroke()
  })
}

function openProspect(p: MapPalette): ImageData | null {
  return picture(16, 16, (g) => {
    disc(g, 8, 8, 4.2)
    g.strokeStyle = p.marks.markLine
    g.lineWidth = 4.6
    g.stroke()
    g.fillStyle = p.marks.markLine
    g.fill()
    g.strokeStyle = p.openProspect
    g.lineWidth = 2
    g.stroke()
  })
}

/** The picture of a name, or null for a name that is none of ours. */
export function drawSymbol(name: string, p: MapPalette): ImageData | null {
  const parts = name.split('-')
  switch (parts[0]) {
    case 'account':
      return account(p, (parts[1] ?? 'prospect') as Status, parts[2] ?? 'none', parts[3])
    case 'cluster':
      return cluster(p, (parts[1] ?? 's') as keyof typeof clusterSizes, Number(parts[2]), Number(parts[3]))
    case 'prospect':
      return openProspect(p)
    case 'stop':
      return badge(p, parts[1] === 'warn' ? p.marks.unplanned : p.marks.stop, p.marks.markLine)
    case 'start':
    case 'end':
      return end(p, parts[0])
    case 'arrow':
      return arrow(p)
    case 'shield':
      return shield(p)
    default:
      return null
  }
}

/** The name that the style uses: light and dark pictures are different ones. */
export const symbolName = (p: MapPalette, name: string) => `${p.scheme}/${name}`

/** Draws what the style asks for. */
export function supplySymbols(map: MapLibre) {
  map.setMissingStyleImageResolver(async (id) => {
    const [scheme, name = ''] = id.split('/')
    if (scheme !== 'light' && scheme !== 'dark') return
    const image = drawSymbol(name, paletteOf(scheme))
    if (image && !map.hasImage(id))
      map.addImage(id, image, {
        pixelRatio: ratio,
        ...(name === 'shield' ? { stretchX: [[10, 22]], stretchY: [[10, 18]], content: [4, 4, 28, 24] } : {}),
      })
  })
}
