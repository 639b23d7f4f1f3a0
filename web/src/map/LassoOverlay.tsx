/** The surface that takes the pointer while a shape is drawn; the rules are in lasso.ts. */
import {
  IconCircleDashed,
  IconFocus2,
  IconLasso,
  IconMarquee2,
  IconPolygon,
  IconRectangle,
  IconStopwatch,
} from '@tabler/icons-react'
import { type MouseEvent, type PointerEvent as ReactPointerEvent, useEffect, useReducer } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import type { Point } from '../api/types'
import { useFormat } from '../i18n/format'
import type { NamedArea } from './area'
import { circleAround, metresBetween } from './circle'
import { finishedCircle, finishedPath, lassoReducer, noLasso, type Pixel, withinOf } from './lasso'
import { MapButton } from './MapControls'
import classes from './MapControls.module.css'
import { useMap } from './MapView'
import { PlaceTool } from './PlaceTool'
import { PolygonSurface } from './PolygonSurface'

const hints = {
  polygon: 'tool.polygonHint',
  lasso: 'tool.lassoHint',
  rectangle: 'tool.rectangleHint',
  radius: 'tool.radiusHint',
  reach: 'tool.reachHint',
} as const

export function LassoTools(props: {
  onShape: (within: string) => void
  /** A place to drive from; without it there is no such tool. */
  onPlace?: ((point: Point) => void) | undefined
  /** A named area was chosen; without it there is no such tool. */
  onArea?: ((area: NamedArea) => void) | undefined
}) {
  const { onShape, onPlace, onArea } = props
  const { t } = useTranslation('map')
  const format = useFormat()
  const map = useMap()
  const [state, dispatch] = useReducer(lassoReducer, noLasso)
  const drawing = state.tool !== 'none'

  useEffect(() => {
    if (!drawing) return
    const cancel = (event: KeyboardEvent) => {
      if (event.key === 'Escape') dispatch({ type: 'cancel' })
    }
    window.addEventListener('keydown', cancel)
    return () => window.removeEventListener('keydown', cancel)
  }, [drawing])

  const at = (event: ReactPointerEvent<HTMLElement>): Pixel => {
    const box = event.currentTarget.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const shapeOf = (path: Pixel[]) =>
    withinOf(path.map((pixel) => map.unproject(pixel).toArray() as [number, number]))

  const finish = (event: ReactPointerEvent<HTMLElement>) => {
    if (state.pointer !== event.pointerId) return
    const circle = state.tool === 'radius' ? finishedCircle(state.path) : null
    const path = state.tool === 'radius' ? null : finishedPath(state.path)
    dispatch({ type: 'up', pointer: event.pointerId })
    dispatch({ type: 'cancel' })
    if (path) onShape(shapeOf(path))
    if (circle) onShape(withinOf(circleThrough(...circle)))
  }
  const place = (pixel: Pixel) => map.unproject(pixel).toArray() as Point
  const circleThrough = (middle: Pixel, edge: Pixel) =>
    circleAround(place(middle), metresBetween(place(middle), place(edge)))
  /** A circle around the middle that fills half of the map, for those without a pointer. */
  const circleInMiddle = () => {
    const [x, y] = middle()
    dispatch({ type: 'cancel' })
    onShape(withinOf(circleThrough([x, y], [x, y - Math.min(x, y) / 2])))
  }
  const drawn = finishedCircle(state.path)
  const choosePlace = (pixel: Pixel) => {
    dispatch({ type: 'cancel' })
    onPlace?.(map.unproject(pixel).toArray() as Point)
  }
  const middle = (): Pixel => {
    const { clientWidth: w, clientHeight: h } = map.getContainer()
    return [w / 2, h / 2]
  }
  const inView = () => {
    const { clientWidth: w, clientHeight: h } = map.getContainer()
    onShape(
      shapeOf([
        [0, 0],
        [w, 0],
        [w, h],
        [0, h],
      ]),
    )
  }

  return (
    <>
      <fieldset aria-label={t('tool.group')} className={classes.tools}>
        <MapButton
          label={t('tool.lasso')}
          pressed={state.tool === 'lasso'}
          onClick={() => dispatch({ type: 'choose', tool: 'lasso' })}
        >
          <IconLasso size={20} />
        </MapButton>
        <MapButton
          label={t('tool.polygon')}
          pressed={state.tool === 'polygon'}
          onClick={() => dispatch({ type: 'choose', tool: 'polygon' })}
        >
          <IconPolygon size={20} />
        </MapButton>
        <MapButton
          label={t('tool.rectangle')}
          pressed={state.tool === 'rectangle'}
          onClick={() => dispatch({ type: 'choose', tool: 'rectangle' })}
        >
          <IconRectangle size={20} />
        </MapButton>
        <MapButton
          label={t('tool.radius')}
          pressed={state.tool === 'radius'}
          onClick={() => dispatch({ type: 'choose', tool: 'radius' })}
        >
          <IconCircleDashed size={20} />
        </MapButton>
        {state.tool === 'radius' && (
          <MapButton label={t('tool.radiusMiddle')} onClick={circleInMiddle}>
            <IconFocus2 size={20} />
          </MapButton>
        )}
        {onPlace && (
          <MapButton
            label={t('tool.reach')}
            pressed={state.tool === 'reach'}
            onClick={() => dispatch({ type: 'choose', tool: 'reach' })}
          >
            <IconStopwatch size={20} />
          </MapButton>
        )}
        {state.tool === 'reach' && (
          <MapButton label={t('tool.reachMiddle')} onClick={() => choosePlace(middle())}>
            <IconFocus2 size={20} />
          </MapButton>
        )}
        {onArea && (
          <PlaceTool
            onArea={(area) => {
              dispatch({ type: 'cancel' })
              onArea(area)
            }}
          />
        )}
        <MapButton label={t('tool.inView')} onClick={inView}>
          <IconMarquee2 size={20} />
        </MapButton>
      </fieldset>
      {createPortal(
        <>
          {state.tool === 'polygon' && (
            <PolygonSurface
              onShape={(ring) => {
                dispatch({ type: 'cancel' })
                onShape(shapeOf(ring))
              }}
              onCancel={() => dispatch({ type: 'cancel' })}
            />
          )}
          {drawing && state.tool !== 'polygon' && (
            <div
              className={classes.drawing}
              data-drawing
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId)
                dispatch({ type: 'down', pointer: event.pointerId, at: at(event) })
              }}
              onPointerMove={(event) => dispatch({ type: 'move', pointer: event.pointerId, at: at(event) })}
              onPointerUp={finish}
              onPointerCancel={() => dispatch({ type: 'cancel' })}
              {...(state.tool === 'reach'
                ? {
                    onClick: (event: MouseEvent<HTMLElement>) => {
                      const box = event.currentTarget.getBoundingClientRect()
                      choosePlace([event.clientX - box.left, event.clientY - box.top])
                    },
                  }
                : {})}
            >
              {state.tool === 'reach' && <span className={classes.middle} aria-hidden="true" />}
              <svg aria-hidden="true">
                {state.tool !== 'radius' && <polygon points={state.path.map((p) => p.join(',')).join(' ')} />}
                {state.tool === 'radius' && drawn && (
                  <circle
                    cx={drawn[0][0]}
                    cy={drawn[0][1]}
                    r={Math.hypot(drawn[1][0] - drawn[0][0], drawn[1][1] - drawn[0][1])}
                  />
                )}
              </svg>
            </div>
          )}
          <div role="status">
            {state.tool !== 'none' && state.path.length === 0 && (
              <p className={classes.hint}>{t(hints[state.tool])}</p>
            )}
            {state.tool === 'radius' && drawn && (
              <p className={classes.hint}>
                {format.distance(metresBetween(place(drawn[0]), place(drawn[1])))}
              </p>
            )}
          </div>
        </>,
        map.getContainer(),
      )}
    </>
  )
}
