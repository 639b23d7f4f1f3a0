/** Over the map: what is in the hand, for whom it paints, and back and forth. */
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrush,
  IconCheck,
  IconLasso,
  IconLock,
  IconPointer,
  IconRectangle,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useScheme } from '../app/scheme'
import { colourOf } from './colours'
import { nobody } from './painting'
import classes from './Territories.module.css'
import type { Territory } from './types'
import { brushes, type Tool, tools, useView } from './view'

const icons = {
  look: IconPointer,
  brush: IconBrush,
  lasso: IconLasso,
  rectangle: IconRectangle,
  lock: IconLock,
}
export const toolKeys: Record<string, Tool> = { v: 'look', b: 'brush', l: 'lasso', r: 'rectangle', k: 'lock' }
const keyOf = Object.fromEntries(Object.entries(toolKeys).map(([key, tool]) => [tool, key.toUpperCase()]))

/** Takes a tool into the hand; what paints gets the keys and somebody to paint for. */
export function takeTool(tool: Tool, territories: readonly Territory[]) {
  const { target, selected } = useView.getState()
  const known = (id: number | null) => territories.some((each) => each.id === id)
  useView.setState({
    tool,
    ...(tool === 'look' || tool === 'lock' || target === nobody || known(target)
      ? {}
      : { target: known(selected) ? selected : (territories[0]?.id ?? nobody) }),
  })
  if (tool !== 'look') document.querySelector<HTMLElement>('[data-map] canvas')?.focus()
}

/** The arrow keys go along the tools. */
function walk(event: React.KeyboardEvent<HTMLElement>) {
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')]
  const at = buttons.indexOf(event.target as HTMLElement)
  if (!way || at < 0) return
  event.preventDefault()
  buttons[(at + way + buttons.length) % buttons.length]?.focus()
}

export function Toolbar(props: {
  territories: readonly Territory[]
  colours: ReadonlyMap<number, number>
  undo: (() => void) | null
  redo: (() => void) | null
}) {
  const { territories, colours, undo, redo } = props
  const { t } = useTranslation('territories')
  const scheme = useScheme()
  const { tool, brush, target } = useView()
  const swatch = (id: number) => (
    <span
      className={classes.swatch}
      data-nobody={id === nobody}
      style={{ background: id === nobody ? undefined : colourOf(scheme, colours.get(id) ?? 0) }}
      aria-hidden="true"
    />
  )
  const nameOf = (id: number) =>
    id === nobody ? t('nobody') : (territories.find((each) => each.id === id)?.name ?? '')
  const choices = [...territories.map((each) => each.id), nobody]
  return (
    <div className={classes.toolbar} role="toolbar" aria-label={t('tool.group')} onKeyDown={walk}>
      <div className={classes.tools}>
        {tools.map((each) => {
          const Icon = icons[each]
          return (
            <Tooltip key={each} label={`${t(`tool.${each}`)} (${keyOf[each]})`}>
              <ActionIcon
                size={36}
                variant={tool === each ? 'filled' : 'subtle'}
                color={tool === each ? 'trail' : 'gray'}
                aria-label={t(`tool.${each}`)}
                aria-pressed={tool === each}
                aria-keyshortcuts={keyOf[each] ?? ''}
                onClick={() => takeTool(each, territories)}
              >
                <Icon size={20} />
              </ActionIcon>
            </Tooltip>
          )
        })}
        <span className={classes.divide} />
        <Tooltip label={t('tool.undo')}>
          <ActionIcon
            size={36}
            variant="subtle"
            color="gray"
            aria-label={t('tool.undo')}
            aria-keyshortcuts="Control+Z Meta+Z"
            disabled={!undo}
            onClick={() => undo?.()}
          >
            <IconArrowBackUp size={20} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('tool.redo')}>
          <ActionIcon
            size={36}
            variant="subtle"
            color="gray"
            aria-label={t('tool.redo')}
            aria-keyshortcuts="Control+Y Control+Shift+Z Meta+Shift+Z"
            disabled={!redo}
            onClick={() => redo?.()}
          >
            <IconArrowForwardUp size={20} />
          </ActionIcon>
        </Tooltip>
      </div>
      {tool !== 'look' && tool !== 'lock' && (
        <div className={classes.hand}>
          {tool === 'brush' && (
            <fieldset className={classes.brushes} aria-label={t('tool.size')}>
              {brushes.map((size) => (
                <button
                  key={size}
                  type="button"
                  aria-pressed={brush === size}
                  aria-label={t('tool.cells', { count: [1, 7, 19][size] ?? 1 })}
                  onClick={() => {
                    useView.setState({ brush: size })
                    document.querySelector<HTMLElement>('[data-map] canvas')?.focus()
                  }}
                >
                  <i style={{ width: 6 + 5 * size, height: 6 + 5 * size }} />
                </button>
              ))}
            </fieldset>
          )}
          {target !== null && (
            <Menu position="bottom-start" width={260}>
              <Menu.Target>
                <button
                  type="button"
                  className={classes.target}
                  aria-label={t('tool.target', { name: nameOf(target) })}
                >
                  {swatch(target)}
                  <span>{nameOf(target)}</span>
                </button>
              </Menu.Target>
              <Menu.Dropdown mah="60vh" style={{ overflowY: 'auto' }}>
                <Menu.Label>{t('tool.targetLead')}</Menu.Label>
                {choices.map((id, i) => (
                  <Menu.Item
                    key={id}
                    leftSection={swatch(id)}
                    rightSection={
                      id === target ? (
                        <IconCheck size={16} aria-hidden />
                      ) : (
                        <kbd className={classes.key}>{id === nobody ? 0 : i < 9 ? i + 1 : ''}</kbd>
                      )
                    }
                    onClick={() => useView.setState({ target: id })}
                  >
                    {nameOf(id)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      )}
    </div>
  )
}
