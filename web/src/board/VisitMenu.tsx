/** What can be known of a visit and done with it, beside the place where it was clicked. */
import { Menu } from '@mantine/core'
import {
  IconArrowsMove,
  IconBan,
  IconCalendarX,
  IconExternalLink,
  IconLock,
  IconLockOpen,
  IconPin,
  IconPinnedOff,
  IconRotate2,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ClassMark } from '../accounts/Marks'
import { useFormat } from '../i18n/format'
import { whereabouts } from './moves'
import type { Board, BoardVisit } from './types'
import classes from './VisitMenu.module.css'
import { useView } from './view'
import { useVisitViolation, useWhy } from './words'

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
  return (
    <Menu
      key={menu.visitId}
      opened
      onChange={(opened) => !opened && close()}
      position="bottom-start"
      width={296}
      withinPortal
      shadow="lg"
      returnFocus={false}
      trapFocus
    >
      <Menu.Target>
        <span className={classes.anchor} style={{ left: menu.x, top: menu.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('visit.menu', { name: visit.name })}>
        <div className={classes.about}>
          <span className={classes.name}>
            <strong>{visit.name}</strong>
            <ClassMark value={visit.class} />
          </span>
          <span>{visit.address}</span>
          <Facts found={found} />
        </div>
        <Menu.Divider />
        {mayEdit && (
          <>
            <Menu.Item
              leftSection={<IconArrowsMove size={16} />}
              rightSection={<kbd className={classes.key}>M</kbd>}
              onClick={() => useView.setState({ menu: null, moveTo: visit.visitId })}
            >
              {t('visit.moveTo')}
            </Menu.Item>
            {stop && (
              <>
                <Menu.Item
                  leftSection={stop.locked ? <IconLockOpen size={16} /> : <IconLock size={16} />}
                  rightSection={<kbd className={classes.key}>L</kbd>}
                  onClick={() => act('lock', visit.visitId)}
                >
                  {t(stop.locked ? 'visit.unlock' : 'visit.lock')}
                </Menu.Item>
                <Menu.Item
                  leftSection={stop.pinned ? <IconPinnedOff size={16} /> : <IconPin size={16} />}
                  rightSection={<kbd className={classes.key}>P</kbd>}
                  onClick={() => act('pin', visit.visitId)}
                >
                  {t(stop.pinned ? 'visit.unpin' : 'visit.pin')}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconCalendarX size={16} />}
                  rightSection={<kbd className={classes.key}>{t('key.delete')}</kbd>}
                  onClick={() => act('unplan', visit.visitId)}
                >
                  {t('visit.unplan')}
                </Menu.Item>
              </>
            )}
            <Menu.Item
              leftSection={found.kind === 'excluded' ? <IconRotate2 size={16} /> : <IconBan size={16} />}
              rightSection={<kbd className={classes.key}>X</kbd>}
              onClick={() => act('exclude', visit.visitId)}
            >
              {t(found.kind === 'excluded' ? 'visit.include' : 'visit.exclude')}
            </Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Menu.Item
          renderRoot={(rest) => (
            <Link to="/accounts/$id" params={{ id: String(visit.accountId) }} {...rest} />
          )}
          leftSection={<IconExternalLink size={16} />}
        >
          {t('visit.open')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

export type VisitAct = 'lock' | 'pin' | 'unplan' | 'exclude'

function Facts({ found }: { found: NonNullable<ReturnType<typeof whereabouts>> }) {
  const { t } = useTranslation('board')
  const format = useFormat()
  const violation = useVisitViolation()
  const why = useWhy()
  const due = useDueWords()
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
