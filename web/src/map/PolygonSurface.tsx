/** The surface on which a polygon is clicked corner by corner, also with keys; the rules are in polygon.ts. */
import { Button, Group } from '@mantine/core'
import { type MouseEvent, useEffect, useReducer, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pixel } from './lasso'
import classes from './MapControls.module.css'
import { closes, finishedPolygon, noPolygon, polygonReducer } from './polygon'

const arrows: Record<string, Pixel> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
}

export function PolygonSurface({
  onShape,
  onCancel,
}: {
  onShape: (ring: Pixel[]) => void
  onCancel: () => void
}) {
  const { t } = useTranslation('map')
  const { t: common } = useTranslation()
  const surface = useRef<HTMLDivElement>(null)
  const [state, dispatch] = useReducer(polygonReducer, noPolygon)
  const { corners, cursor } = state
  const ring = finishedPolygon(state)
  useEffect(() => surface.current?.focus(), [])

  const at = (event: MouseEvent<HTMLElement>): Pixel => {
    const box = event.currentTarget.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const finish = () => ring && onShape(ring)
  const moved = ([dx, dy]: Pixel, by: number): Pixel => {
    const { clientWidth: w, clientHeight: h } = surface.current as HTMLDivElement
    const [x, y] = cursor ?? [w / 2, h / 2]
    return [Math.min(w, Math.max(0, x + dx * by)), Math.min(h, Math.max(0, y + dy * by))]
  }
  const onKey = (event: React.KeyboardEvent) => {
    const arrow = arrows[event.key]
    if (arrow) dispatch({ type: 'cursor', at: moved(arrow, event.shiftKey ? 60 : 15) })
    else if (event.key === ' ') dispatch({ type: 'corner', at: moved([0, 0], 0) })
    else if (event.key === 'Backspace' || event.key === 'Delete') dispatch({ type: 'back' })
    else if (event.key === 'Enter') finish()
    else return
    event.preventDefault()
  }
  const path = cursor && corners.length > 0 ? [...corners, cursor] : corners
  return (
    <>
      <div
        ref={surface}
        className={classes.drawing}
        data-drawing
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: corners are set with keys, too
        tabIndex={0}
        aria-label={t('tool.polygonHint')}
        onPointerMove={(event) => dispatch({ type: 'cursor', at: at(event) })}
        onClick={(event) =>
          closes(state, at(event)) ? finish() : dispatch({ type: 'corner', at: at(event) })
        }
        onDoubleClick={finish}
        onKeyDown={onKey}
      >
        <svg aria-hidden="true">
          <polygon points={path.map((p) => p.join(',')).join(' ')} />
          {corners.map((p, i) => (
            <circle key={p.join()} cx={p[0]} cy={p[1]} r={i === 0 ? 6 : 4} data-corner />
          ))}
          {cursor && (
            <path d={`M${cursor[0] - 8} ${cursor[1]}h16M${cursor[0]} ${cursor[1] - 8}v16`} data-cursor />
          )}
        </svg>
      </div>
      <Group gap={6} className={classes.drawBar} role="group" aria-label={t('tool.polygon')}>
        <Button size="xs" disabled={!ring} onClick={finish}>
          {t('tool.polygonDone')}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={corners.length === 0}
          onClick={() => dispatch({ type: 'back' })}
        >
          {t('tool.polygonBack')}
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          {common('action.cancel')}
        </Button>
        <span role="status">{t('tool.corners', { count: corners.length })}</span>
      </Group>
    </>
  )
}
