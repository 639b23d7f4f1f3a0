/** What an alignment is held against: the live one, or any other. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { nobody } from './painting'
import { cellsQuery, type Other } from './queries'
import type { Alignment, AlignmentHead } from './types'
import { useView } from './view'

export function useContrast(alignment: Alignment, alignments: readonly AlignmentHead[]) {
  const live = alignments.find((each) => each.state === 'live' || each.state === 'publishing')
  const others = alignments.filter((each) => each.id !== alignment.id)
  const first =
    live && live.id !== alignment.id
      ? live.id
      : (others.find((each) => each.id === alignment.replacedId || each.id === alignment.basedOn)?.id ??
        others[0]?.id ??
        null)
  const [chosen, choose] = useState<number | null>(null)
  const id = others.some((each) => each.id === chosen) ? chosen : first
  const head = others.find((each) => each.id === id) ?? null
  const moves = useView((view) => view.moves)
  const comparable = head !== null && head.resolution === alignment.resolution
  const { data } = useQuery({ ...cellsQuery(id ?? 0), enabled: moves && comparable })
  const ownerOf = useMemo(() => {
    if (!data) return null
    const owners = new Map(data.cells.map((each) => [each.cell, each.territory ?? nobody]))
    return (cell: string) => owners.get(cell) ?? nobody
  }, [data])
  const other: Other | null = head?.id ?? null
  return {
    /** The alignment on the other side; null when there is no other. */
    head,
    other,
    others,
    choose,
    /** Whether the map can show what changes hands. */
    comparable,
    /** Whose a cell is on the other side; null until it is known. */
    ownerOf: moves && comparable ? ownerOf : null,
  }
}

export type Contrast = ReturnType<typeof useContrast>
