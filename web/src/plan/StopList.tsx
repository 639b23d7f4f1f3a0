/** The route as a list whose stops can be dragged by mouse, touch and keyboard. */
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { ActionIcon, Menu, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCheck,
  IconChevronDown,
  IconClockPause,
  IconDots,
  IconExternalLink,
  IconFlag,
  IconGripVertical,
  IconHome,
  IconLock,
  IconLockOpen,
  IconNavigation,
  IconToolsKitchen2,
  IconTrash,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Fragment, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Route, Stop } from '../api/types'
import { useFormat } from '../i18n/format'
import { Directions } from './Directions'
import { endsOfLeg } from './legs'
import { type Navigator, navigationLinks } from './navigation'
import classes from './StopList.module.css'
import { clockOf, profileIcons, type WayOfDay } from './ways'
import { violationKey } from './words'

type Props = {
  route: Route
  way: WayOfDay
  /** Times are those of an order before this one. */
  stale: boolean
  mayEdit: boolean
  hover: number | null
  /** The leg whose directions are open, -1 for none. */
  leg: number
  onLeg: (leg: number) => void
  onHover: (siteId: number | null) => void
  onOrder: (order: number[]) => void
  /** By site: the stop of the day that it is locked as, from 1; -1 the last one. */
  positions: ReadonlyMap<number, number>
  onPlace: (siteId: number, position: number) => void
}

export function StopList(props: Props) {
  const { route, way, stale, mayEdit, hover, onHover, leg, onLeg, onOrder, positions, onPlace } = props
  const { t } = useTranslation('plan')
  const format = useFormat()
  const dndId = useId()
  const { stops } = route
  const order = stops.map((stop) => stop.siteId)
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const nameOf = (id: unknown) => stops.find((stop) => stop.siteId === id)?.name ?? ''
  // The list says where a stop is only when that changed: what was lifted must be heard first.
  const lastOver = useRef<unknown>(null)
  const placeOf = (id: unknown) => order.indexOf(Number(id)) + 1
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return
    // What was made stays first.
    const made = stops.filter((stop) => stop.done).length
    onOrder(
      arrayMove(order, order.indexOf(Number(active.id)), Math.max(made, order.indexOf(Number(over.id)))),
    )
  }
  const lunchAt = lunchPlace(route)
  const lunch = route.lunchAt && (
    <li className={classes.between} data-stale={stale}>
      <IconToolsKitchen2 size={16} aria-hidden />
      <span>
        {t('stop.lunch', { time: format.time(route.lunchAt), duration: format.duration(route.lunchSeconds) })}
      </span>
    </li>
  )

  return (
    <DndContext
      id={dndId}
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={onDragEnd}
      accessibility={{
        screenReaderInstructions: { draggable: t('drag.instructions') },
        announcements: {
          onDragStart: ({ active }) => {
            lastOver.current = active.id
            return t('drag.start', {
              name: nameOf(active.id),
              place: placeOf(active.id),
              count: order.length,
            })
          },
          onDragOver: ({ active, over }) => {
            if (!over || over.id === lastOver.current) return undefined
            lastOver.current = over.id
            return t('drag.over', { name: nameOf(active.id), place: placeOf(over.id), count: order.length })
          },
          onDragEnd: ({ active, over }) =>
            over
              ? t('drag.end', { name: nameOf(active.id), place: placeOf(over.id) })
              : t('drag.cancel', { name: nameOf(active.id) }),
          onDragCancel: ({ active }) => t('drag.cancel', { name: nameOf(active.id) }),
        },
      }}
    >
      <SortableContext items={order} strategy={verticalListSortingStrategy}>
        <ol className={classes.list} aria-label={t('stop.list')} aria-busy={stale}>
          <li className={classes.end}>
            <span className={classes.place}>
              <IconHome size={16} aria-hidden />
            </span>
            <span className={classes.body}>
              <span className={classes.name}>{t('stop.start')}</span>
              <span className={classes.address}>
                {route.startAddress || (route.startPoint ? t('stop.onMap') : t('stop.firstVisit'))}
              </span>
            </span>
            <time className={classes.time} dateTime={route.startsAt} data-stale={stale}>
              {format.time(route.startsAt)}
            </time>
          </li>
          {stops.map((stop, i) => (
            <Fragment key={stop.siteId}>
              {lunchAt?.stop === i && !lunchAt.afterDrive && lunch}
              <Drive
                ends={endsOfLeg(route, i)}
                way={way}
                leaves={i === 0 ? route.startsAt : (stops[i - 1]?.leavesAt ?? route.startsAt)}
                open={leg === i}
                onOpen={(open) => onLeg(open ? i : -1)}
                to={stop.name}
                seconds={stop.driveSeconds}
                metres={stop.driveMetres}
                estimated={stop.estimated}
                stale={stale}
              />
              {lunchAt?.stop === i && lunchAt.afterDrive && lunch}
              <StopRow
                stop={stop}
                position={positions.get(stop.siteId) ?? 0}
                onPlace={(position) => onPlace(stop.siteId, position)}
                number={i + 1}
                stale={stale}
                mayEdit={mayEdit && !stop.done}
                lit={hover === stop.siteId}
                onHover={onHover}
                onRemove={() => onOrder(order.filter((id) => id !== stop.siteId))}
              />
            </Fragment>
          ))}
          {lunchAt?.stop === stops.length && lunch}
          <Drive
            ends={endsOfLeg(route, stops.length)}
            way={way}
            leaves={stops.at(-1)?.leavesAt ?? route.startsAt}
            open={leg === stops.length}
            onOpen={(open) => onLeg(open ? stops.length : -1)}
            to={t('stop.end')}
            seconds={route.lastLegSeconds}
            metres={route.lastLegMetres}
            estimated={route.lastLegEstimated}
            stale={stale}
          />
          <li className={classes.end}>
            <span className={classes.place}>
              <IconFlag size={16} aria-hidden />
            </span>
            <span className={classes.body}>
              <span className={classes.name}>{t('stop.end')}</span>
              <span className={classes.address}>
                {route.endAddress || t(route.endPoint ? 'stop.onMap' : 'stop.lastVisit')}
              </span>
            </span>
            <time className={classes.time} dateTime={route.endsAt} data-stale={stale}>
              {format.time(route.endsAt)}
            </time>
          </li>
        </ol>
      </SortableContext>
    </DndContext>
  )
}

/** At which stop lunch is taken, before or after the drive there; the number of stops when it is after the last. */
export function lunchPlace(
  route: Pick<Route, 'lunchAt' | 'startsAt'> & {
    stops: Pick<Stop, 'arrivesAt' | 'leavesAt' | 'waitingSeconds' | 'driveSeconds'>[]
  },
): { stop: number; afterDrive: boolean } | null {
  if (!route.lunchAt) return null
  const lunch = Date.parse(route.lunchAt)
  const { stops } = route
  const next = stops.findIndex((stop) => Date.parse(stop.arrivesAt) + stop.waitingSeconds * 1000 >= lunch)
  if (next < 0) return { stop: stops.length, afterDrive: false }
  const left = Date.parse(stops[next - 1]?.leavesAt ?? route.startsAt)
  return { stop: next, afterDrive: lunch >= left + ((stops[next]?.driveSeconds ?? 0) - 60) * 1000 }
}

/** A leg: how long and how far, and on request how. */
function Drive(props: {
  ends: ReturnType<typeof endsOfLeg>
  way: WayOfDay
  /** When the leg begins. */
  leaves: string
  open: boolean
  onOpen: (open: boolean) => void
  /** Where it leads. */
  to: string
  seconds: number
  metres: number
  estimated: boolean
  stale: boolean
}) {
  const { t } = useTranslation('plan')
  const format = useFormat()
  const id = useId()
  const { ends, way, open, onOpen, stale } = props
  const Icon = profileIcons[way.profile]
  const text = `${t('stop.drive', {
    duration: format.duration(props.seconds),
    distance: format.distance(props.metres),
  })}${props.estimated ? ` (${t('stop.estimated')})` : ''}`
  // While times are those of an order before, so are the ends.
  if (!ends || stale)
    return (
      <li className={classes.between} data-stale={stale}>
        <Icon size={16} aria-hidden />
        <span>{text}</span>
      </li>
    )
  return (
    <li>
      <button
        type="button"
        className={`${classes.between} ${classes.leg}`}
        data-leg
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={t('directions.open', { drive: text, name: props.to })}
        onClick={() => onOpen(!open)}
      >
        <Icon size={16} aria-hidden />
        <span>{text}</span>
        <IconChevronDown size={14} aria-hidden className={classes.chevron} />
      </button>
      {open && (
        <Directions
          id={id}
          from={ends.from}
          to={ends.to}
          profile={way.profile}
          at={clockOf(way, props.leaves)}
        />
      )}
    </li>
  )
}

function StopRow(props: {
  stop: Stop
  position: number
  onPlace: (position: number) => void
  number: number
  stale: boolean
  mayEdit: boolean
  lit: boolean
  onHover: (siteId: number | null) => void
  onRemove: () => void
}) {
  const { stop, number, position, onPlace, stale, mayEdit, lit, onHover, onRemove } = props
  const { t } = useTranslation('plan')
  const format = useFormat()
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({
      id: stop.siteId,
      disabled: !mayEdit,
    })
  const links = navigationLinks(stop.point, stop.name)
  const ends = new Date(
    Date.parse(stop.arrivesAt) + (stop.waitingSeconds + stop.visitSeconds) * 1000,
  ).toISOString()
  return (
    <li
      ref={setNodeRef}
      className={classes.stop}
      style={{ transform: CSS.Translate.toString(transform), transition }}
      data-dragging={isDragging}
      data-lit={lit}
      data-site={stop.siteId}
      data-done={stop.done}
      onPointerEnter={() => onHover(stop.siteId)}
      onPointerLeave={() => onHover(null)}
      onFocus={() => onHover(stop.siteId)}
      onBlur={() => onHover(null)}
    >
      <span className={classes.number} data-warn={stop.violation !== '' && !stop.done} data-done={stop.done}>
        {stop.done ? <IconCheck size={16} role="img" aria-label={t('stop.done')} /> : number}
      </span>
      <span className={classes.body}>
        <Link to="/accounts/$id" params={{ id: String(stop.accountId) }} className={classes.name}>
          {stop.name}
        </Link>
        <span className={classes.address}>{stop.address}</span>
        {position !== 0 && (
          <span className={classes.note}>
            <IconLock size={14} aria-hidden />
            {t(position === 1 ? 'stop.isFirst' : position < 0 ? 'stop.isLast' : 'stop.isNth', {
              number: position,
            })}
          </span>
        )}
        {stop.waitingSeconds >= 60 && !stale && (
          <span className={classes.note}>
            <IconClockPause size={14} aria-hidden />
            {t('stop.waiting', { duration: format.duration(stop.waitingSeconds) })}
          </span>
        )}
        {stop.violation && !stop.done && (
          <span className={classes.warning}>
            <IconAlertTriangle size={14} aria-hidden />
            {t(violationKey(stop.violation))}
            {stop.openingHours && <span className={classes.hours}>{stop.openingHours}</span>}
          </span>
        )}
      </span>
      <span className={classes.time} data-stale={stale}>
        <time dateTime={stop.arrivesAt} data-arrives>
          {format.time(stop.arrivesAt)}
        </time>
        <Text span size="xs" c="dimmed" title={t('stop.until', { time: format.time(ends) })}>
          {format.duration(stop.visitSeconds)}
        </Text>
      </span>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('stop.actions', { name: stop.name })}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('stop.navigate')}</Menu.Label>
          {(Object.keys(links) as Navigator[]).map((navigator) => (
            <Menu.Item
              key={navigator}
              component="a"
              href={links[navigator]}
              {...(navigator === 'device' ? {} : { target: '_blank', rel: 'noreferrer noopener' })}
              leftSection={
                navigator === 'device' ? <IconNavigation size={16} /> : <IconExternalLink size={16} />
              }
            >
              {t(`navigator.${navigator}`)}
            </Menu.Item>
          ))}
          {mayEdit && (
            <>
              <Menu.Divider />
              {!stop.done && position !== 1 && (
                <Menu.Item leftSection={<IconLock size={16} />} onClick={() => onPlace(1)}>
                  {t('stop.lockFirst')}
                </Menu.Item>
              )}
              {!stop.done && position !== -1 && (
                <Menu.Item leftSection={<IconLock size={16} />} onClick={() => onPlace(-1)}>
                  {t('stop.lockLast')}
                </Menu.Item>
              )}
              {position !== 0 && (
                <Menu.Item leftSection={<IconLockOpen size={16} />} onClick={() => onPlace(0)}>
                  {t('stop.free')}
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconTrash size={16} />} onClick={onRemove}>
                {t('stop.remove')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {mayEdit && (
        <button
          type="button"
          ref={setActivatorNodeRef}
          className={classes.handle}
          {...attributes}
          {...listeners}
          aria-label={t('drag.handle', { name: stop.name, place: number })}
        >
          <IconGripVertical size={20} aria-hidden />
        </button>
      )}
    </li>
  )
}
