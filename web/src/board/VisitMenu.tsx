/** What can be known of a visit and done with it, beside the place where it was clicked. */
import { Popover } from '@mantine/core'
import {
  IconAdjustments,
  IconArrowsMove,
  IconBan,
  IconCalendarX,
  IconExternalLink,
  IconLock,
  IconLockOpen,
  IconPin,
  IconPinnedOff,
  IconRotate2,
  IconRoute,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ClassMark } from '../accounts/Marks'
import { useFormat } from '../i18n/format'
import { whereabouts } from './moves'
import type { Board, BoardVisit } from './types'
import classes from './VisitMenu.module.css'
import { useView } from './view'
import { useAsks, useVisitViolation, useWhy } from './words'

export function VisitMenu(props: {
  board: Board
  mayEdit: boolean
  act: (what: VisitAct, visitId: number) => void
}) {
  const { board, mayEdit, act } = props
  const { t } = useTranslation('board')
  const menu = useView((view) => view.menu)
  const found = menu ? whereabouts(board, menu.visitId) : null
  const close = () => {
    const visitId = useView.getState().menu?.visitId
    useView.setState({ menu: null })
    if (visitId) document.querySelector<HTMLElement>(`[data-visit="${visitId}"]`)?.focus()
  }
  if (!menu || !found) return null
  const { visit } = found
  const stop = found.kind === 'stop' ? found.visit : null
  const item = (icon: ReactNode, label: string, key: string | null, onClick: () => void) => (
    <button type="button" className={classes.item} onClick={onClick}>
      {icon}
      <span>{label}</span>
      {key && (
        <kbd className={classes.key} aria-hidden>
          {key}
        </kbd>
      )}
    </button>
  )
  const doing = (what: VisitAct) => () => {
    act(what, visit.visitId)
    close()
  }
  return (
    <Popover
      key={menu.visitId}
      opened
      onChange={(opened) => !opened && close()}
      position="bottom-start"
      width={304}
      // Where neither below nor above has room, over the visit rather than out of sight.
      middlewares={{ flip: true, shift: { crossAxis: true, padding: 8 } }}
      withinPortal
      shadow="lg"
      trapFocus
    >
      <Popover.Target>
        <button type="button" tabIndex={-1} className={classes.anchor} style={{ left: menu.x, top: menu.y }}>
          {visit.name}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.menu ?? ''} aria-label={t('visit.menu', { name: visit.name })}>
        <div className={classes.about}>
          <span className={classes.name}>
            <strong>{visit.name}</strong>
            <ClassMark value={visit.class} />
          </span>
          <span>{visit.address}</span>
          <Facts found={found} />
        </div>
        {mayEdit && (
          <div className={classes.items}>
            {item(<IconArrowsMove size={16} aria-hidden />, t('visit.moveTo'), 'M', () =>
              useView.setState({ menu: null, moveTo: visit.visitId }),
            )}
            {item(<IconAdjustments size={16} aria-hidden />, t('asks.open'), null, () =>
              useView.setState({ menu: null, terms: visit.visitId }),
            )}
            {stop && (
              <>
                {item(
                  stop.locked ? <IconLockOpen size={16} aria-hidden /> : <IconLock size={16} aria-hidden />,
                  t(stop.locked ? 'visit.unlock' : 'visit.lock'),
                  'L',
                  doing('lock'),
                )}
                {item(
                  stop.pinned ? <IconPinnedOff size={16} aria-hidden /> : <IconPin size={16} aria-hidden />,
                  t(stop.pinned ? 'visit.unpin' : 'visit.pin'),
                  'P',
                  doing('pin'),
                )}
                {item(
                  <IconCalendarX size={16} aria-hidden />,
                  t('visit.unplan'),
                  t('key.delete'),
                  doing('unplan'),
                )}
              </>
            )}
            {item(
              found.kind === 'excluded' ? (
                <IconRotate2 size={16} aria-hidden />
              ) : (
                <IconBan size={16} aria-hidden />
              ),
              t(found.kind === 'excluded' ? 'visit.include' : 'visit.exclude'),
              'X',
              doing('exclude'),
            )}
          </div>
        )}
        <div className={classes.items}>
          <Link
            to="/accounts/$id"
            params={{ id: String(visit.accountId) }}
            className={classes.item}
            onClick={() => useView.setState({ menu: null })}
          >
            <IconExternalLink size={16} aria-hidden />
            <span>{t('visit.open')}</span>
          </Link>
          {found.kind === 'stop' && found.lane.publishedPlanId !== null && (
            <Link
              to="/plans/$id"
              params={{ id: String(found.lane.publishedPlanId) }}
              className={classes.item}
              onClick={() => useView.setState({ menu: null })}
            >
              <IconRoute size={16} aria-hidden />
              <span>{t('visit.openDay')}</span>
            </Link>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

export type VisitAct = 'lock' | 'pin' | 'unplan' | 'exclude'

function Facts({ found }: { found: NonNullable<ReturnType<typeof whereabouts>> }) {
  const { t } = useTranslation('board')
  const format = useFormat()
  const violation = useVisitViolation()
  const why = useWhy()
  const due = useDueWords()
  const asks = useAsks()
  const stop = found.kind === 'stop' ? found.visit : null
  return (
    <>
      {stop && (
        <span className={classes.times}>
          {t('visit.times', {
            from: format.time(stop.beginsAt),
            to: format.time(stop.leavesAt),
            duration: format.duration(stop.minutes * 60),
          })}
        </span>
      )}
      {stop && (
        <span>
          {t(stop.estimated ? 'visit.driveEstimated' : 'visit.drive', {
            duration: format.duration(stop.driveSeconds),
            distance: format.distance(stop.driveMetres),
          })}
          {stop.slackSeconds !== null &&
            ` · ${t('visit.slack', { duration: format.duration(stop.slackSeconds) })}`}
        </span>
      )}
      {stop?.violation && <span className={classes.broken}>{violation(stop.violation)}</span>}
      {found.kind === 'unplanned' && <span className={classes.broken}>{why(found.visit)}</span>}
      <span>{due(found.visit)}</span>
      {found.visit.openingHours && <span>{t('visit.hours', { hours: found.visit.openingHours })}</span>}
      {found.visit.mandatory && <span>{t('visit.mandatory')}</span>}
      {asks(found.visit).map((each) => (
        <span key={each}>{each}</span>
      ))}
    </>
  )
}

/** Why a visit is in the plan: overdue since when, due when, never visited, chosen by hand. */
export function useDueWords() {
  const { t } = useTranslation('board')
  const format = useFormat()
  return ({ reason, dueOn }: Pick<BoardVisit, 'reason' | 'dueOn'>) =>
    (reason === 'overdue' || reason === 'due') && dueOn
      ? t(`reason.${reason}On`, { day: format.day(dueOn) })
      : t(`reason.${reason}`)
}
