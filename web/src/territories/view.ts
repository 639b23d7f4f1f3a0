/** What the page of territories shows and which tool is in the hand; nothing of it is stored. */
import { create } from 'zustand'
import type { CellFigure } from './painting'

export const tools = ['look', 'brush', 'lasso', 'rectangle', 'lock'] as const
export type Tool = (typeof tools)[number]

/** How many rings of cells the brush has around its middle one. */
export const brushes = [0, 1, 2] as const

export const barFigures = ['workload', 'accounts', 'customers', 'revenue', 'potential'] as const
export type BarFigure = (typeof barFigures)[number]

export type ColourBy = 'territory' | 'coverage' | CellFigure

type View = {
  tool: Tool
  brush: (typeof brushes)[number]
  /** The territory that cells are given to; 0 takes them away. */
  target: number | null
  selected: number | null
  cell: string | null
  bars: BarFigure
  colourBy: ColourBy
  gaps: boolean
  moves: boolean
}

export const freshView: View = {
  tool: 'look',
  brush: 0,
  target: null,
  selected: null,
  cell: null,
  bars: 'workload',
  colourBy: 'territory',
  gaps: true,
  moves: false,
}

export const useView = create<View>(() => freshView)
