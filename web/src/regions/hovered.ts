/**
 * The hexagon under the pointer, on a map or in a list. It changes many times a second, so
 * it lies beside React: only what marks it hears of it.
 */
export type Hovered = {
  set: (cell: string | null) => void
  get: () => string | null
  /** Hears of every change until the answer is called. */
  hear: (listener: () => void) => () => void
}

export function hovering(): Hovered {
  let cell: string | null = null
  const listeners = new Set<() => void>()
  return {
    get: () => cell,
    set(to) {
      if (to === cell) return
      cell = to
      for (const listener of listeners) listener()
    },
    hear(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
