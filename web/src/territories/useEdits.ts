/**
 * Changes of an alignment: painted at once, stored one after the other. When it was changed
 * elsewhere meanwhile, the server's state is shown and what was painted is kept, to be done
 * again or dropped.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import { Division } from './division'
import { type Change, editsOf } from './painting'
import { alignmentQuery, cellsQuery, editAlignment, redoAlignment, undoAlignment } from './queries'
import type { Alignment, Edited } from './types'

/** What was painted and not taken, and who changed the alignment meanwhile. */
export type Conflict = { changes: Change[]; by: string }

export function useEdits(id: number) {
  const { t } = useTranslation('territories')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const { queryKey } = alignmentQuery(id)
  const cells = useQuery(cellsQuery(id))
  const waiting = useRef<Change[]>([])
  const version = useRef(0)
  /** Other changes on their way. */
  const steps = useRef(0)
  const begins = () => {
    steps.current++
  }
  const ends = () => {
    steps.current--
  }
  const [unsaved, setUnsaved] = useState(0)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const scope = { id: `alignment-${id}` }

  const division = useMemo(() => {
    if (!cells.data) return null
    const made = new Division(cells.data.cells, cells.data.resolution)
    version.current = cells.data.version
    for (const change of waiting.current) made.apply(change)
    return made
  }, [cells.data])

  /** Shows everything as the server has it. */
  const reload = () => queryClient.invalidateQueries({ queryKey: ['alignment', id] })

  const full = useQuery(alignmentQuery(id)).data
  // Somebody else's change: the ground is asked for again, unless one's own is on its way.
  useEffect(() => {
    if (!full || !cells.data || cells.isFetching) return
    if (waiting.current.length > 0 || steps.current > 0) return
    if (full.version > version.current)
      void queryClient.invalidateQueries({ queryKey: cellsQuery(id).queryKey })
  }, [full, cells.data, cells.isFetching, id, queryClient])

  /** Takes over what the server answered to a change of any kind. */
  const adopt = (edited: Edited) => {
    version.current = edited.version
    const { edits, changed: _, ...known } = edited
    division?.adopt(edits, new Set(waiting.current.flatMap((change) => change.cells)))
    queryClient.setQueryData<Alignment>(queryKey, (alignment) => alignment && { ...alignment, ...known })
    // Cells that were nobody's and empty, given by a shape: the ground has grown.
    if (edits.some((edit) => edit.cells.some((cell) => !division?.painting.has(cell))))
      void queryClient.invalidateQueries({ queryKey: cellsQuery(id).queryKey })
  }
  const settled = (change: Change) => {
    waiting.current = waiting.current.filter((other) => other !== change)
    setUnsaved(waiting.current.length)
  }
  /** The alignment as it is, when a change was refused since it had been changed meanwhile. */
  const refused = (error: unknown) =>
    isProblem(error, 'conflict') ? ((error.current as Alignment | undefined) ?? null) : null

  const paint = useMutation({
    scope,
    mutationFn: async (change: Change) =>
      // One before it was refused: it is kept with that one.
      waiting.current.includes(change) ? editAlignment(id, version.current, editsOf(change)) : null,
    onSuccess: (edited, change) => {
      settled(change)
      if (edited) adopt(edited)
    },
    onError: async (error, change) => {
      const current = refused(error)
      if (current) {
        setConflict({ changes: waiting.current, by: current.updatedByName })
        waiting.current = []
        setUnsaved(0)
        await reload()
        return
      }
      settled(change)
      division?.revert(change)
      toastError(problemText(error))
    },
  })

  const step = useMutation({
    scope,
    mutationFn: (by: 'undo' | 'redo') => (by === 'undo' ? undoAlignment : redoAlignment)(id, version.current),
    onMutate: begins,
    onSettled: ends,
    onSuccess: adopt,
    onError: (error) => {
      if (refused(error)) toast(t('conflict.undo'))
      else toastError(problemText(error))
      void reload()
    },
  })

  /** A change of names, members and so on, which the server answers like a stroke. */
  const other = useMutation({
    scope,
    mutationFn: (send: (version: number) => Promise<Edited>) => send(version.current),
    onMutate: begins,
    onSettled: ends,
    onSuccess: adopt,
    onError: (error) => {
      toastError(problemText(error))
      if (refused(error)) void reload()
    },
  })

  const stroke = (change: Change) => {
    setConflict(null)
    waiting.current = [...waiting.current, change]
    setUnsaved(waiting.current.length)
    paint.mutate(change)
  }

  return {
    division,
    error: cells.error,
    retry: () => void cells.refetch(),
    /** Stores what has been painted. */
    stroke,
    undo: () => step.mutate('undo'),
    redo: () => step.mutate('redo'),
    /** Sends something else that changes the alignment; it gets the version to name. */
    send: (act: (version: number) => Promise<Edited>) => other.mutateAsync(act),
    reload,
    busy: unsaved > 0 || step.isPending || other.isPending,
    conflict,
    retryConflict() {
      if (!conflict || !division) return
      setConflict(null)
      for (const change of conflict.changes) {
        const again = division.painting.stroke()
        change.cells.forEach((cell, i) => {
          division.paint(again, [cell], change.to[i] as number)
        })
        const made = again.end()
        if (made) stroke(made)
      }
    },
    dropConflict: () => setConflict(null),
  }
}

export type Edits = ReturnType<typeof useEdits>
