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
import { type Conflict, cellsOf, keptBeside, paintedAgain, sumOfConflicts } from './conflict'
import { Division } from './division'
import { type Change, editsOf } from './painting'
import { alignmentQuery, cellsQuery, editAlignment, redoAlignment, undoAlignment } from './queries'
import type { Alignment, Edited } from './types'

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
  // What is left with the page is not saved, which is said.
  const here = useRef(true)
  const left = useRef<Conflict | null>(null)
  left.current = conflict
  const words = useRef(t)
  words.current = t
  useEffect(() => {
    here.current = true
    return () => {
      here.current = false
      if (left.current) toastError(words.current('conflict.left', { who: left.current.by }))
    }
  }, [])
  /** Keeps what was refused beside what is kept already. */
  const keep = (made: Conflict) => {
    if (here.current) setConflict((known) => sumOfConflicts(known, made))
    else toastError(t('conflict.left', { who: made.by }))
  }
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
        const changes = waiting.current
        waiting.current = []
        setUnsaved(0)
        for (const each of [...changes].reverse()) division?.revert(each)
        // Only what is seen as it is now can be painted again on it.
        await reload()
        keep({ changes, act: null, by: current.updatedByName })
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
  const change = {
    scope,
    mutationFn: (send: Send) => send(version.current),
    onMutate: begins,
    onSettled: ends,
    onSuccess: (edited: Edited) => {
      // It was sent again from where it was made.
      setConflict((known) => known && (known.changes.length > 0 ? { ...known, act: null } : null))
      adopt(edited)
    },
  }
  const told = (error: unknown) => {
    toastError(problemText(error))
    if (refused(error)) void reload()
  }
  const other = useMutation({ ...change, onError: told })
  const kept = useMutation({
    ...change,
    onError: async (error, act) => {
      const current = refused(error)
      if (!current?.mayEdit) return told(error)
      await reload()
      keep({ changes: [], act, by: current.updatedByName })
    },
  })

  const stroke = (change: Change) => {
    // What is painted anew is not painted over by what was kept.
    setConflict((known) => keptBeside(known, change))
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
    /** Sends what a form holds; it gets the version to name, and the form stays when that is refused. */
    send: (act: Send) => other.mutateAsync(act),
    /** Sends what was done with one click, which is kept to be done again when it is refused. */
    act: (act: Send) => kept.mutate(act),
    reload,
    busy: unsaved > 0 || step.isPending || other.isPending || kept.isPending,
    conflict,
    retryConflict() {
      if (!conflict || !division || !full) return
      setConflict(null)
      if (conflict.act) kept.mutate(conflict.act)
      if (conflict.changes.length === 0) return
      const { changes, stayed } = paintedAgain(division, full, conflict.changes)
      for (const change of changes) stroke(change)
      if (stayed > 0) toast(t('conflict.stayed', { count: stayed }))
    },
    dropConflict() {
      if (!conflict) return
      setConflict(null)
      toast(t('conflict.dropped', { count: cellsOf(conflict) }), () =>
        setConflict((known) => sumOfConflicts(conflict, known)),
      )
    },
  }
}

type Send = Conflict['act'] & {}
export type Edits = ReturnType<typeof useEdits>
