/** Who asks for a tool of the map from elsewhere; the map takes it up when it is there. */
import { create } from 'zustand'

export const useDrawing = create<{ wanted: 'lasso' | null }>(() => ({ wanted: null }))
