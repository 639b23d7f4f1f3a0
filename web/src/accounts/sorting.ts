import type { Sort } from '../app/search'

/** 1 when the list is sorted by a column upwards, -1 downwards, 0 when not by it. */
export function sortOrder(sort: Sort | undefined, column: Sort | undefined): 1 | 0 | -1 {
  if (!sort || !column) return 0
  if (sort === column) return 1
  return sort === `-${column}` ? -1 : 0
}

/** A click on a header: up, then down, then no order of one's own. */
export function nextSort(sort: Sort | undefined, column: Sort): Sort | undefined {
  const order = sortOrder(sort, column)
  if (order === 0) return column
  return order > 0 ? `-${column}` : undefined
}
