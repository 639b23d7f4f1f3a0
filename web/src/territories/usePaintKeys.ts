/**
 * Keys of the page: Ctrl-Z and Ctrl-Y anywhere; letters for tools and numbers for territories
 * while the map or one of its buttons has the focus, so that nothing that is typed elsewhere,
 * or spoken, paints.
 */
import { useEffect, useRef } from 'react'
import { nobody } from './painting'
import { takeTool, toolKeys } from './Toolbar'
import type { Territory } from './types'
import { useView } from './view'

export function usePaintKeys(props: {
  territories: readonly Territory[]
  mayPaint: boolean
  undo: (() => void) | null
  redo: (() => void) | null
}) {
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const { territories, mayPaint, undo, redo } = latest.current
      const element = event.target as HTMLElement
      if (!mayPaint || /^(input|textarea|select)$/i.test(element.tagName)) return
      if (element.closest('[role="dialog"]')) return
      const key = event.key.toLowerCase()
      if (event.ctrlKey || event.metaKey) {
        const step = key === 'y' || (key === 'z' && event.shiftKey) ? redo : key === 'z' ? undo : null
        if (!step) return
        event.preventDefault()
        step()
        return
      }
      if (event.altKey || !element.closest('[data-map], [role="toolbar"]')) return
      if (key === 'escape') useView.setState({ tool: 'look' })
      else if (toolKeys[key]) takeTool(toolKeys[key], territories)
      else if (/^\d$/.test(key)) {
        const target = key === '0' ? nobody : territories[Number(key) - 1]?.id
        if (target === undefined) return
        useView.setState({ target })
        if (useView.getState().tool === 'look') takeTool('brush', territories)
      }
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [])
}
