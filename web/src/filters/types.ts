/** Short names for the wire types of filters, views, segments and bulk changes. */
import type { Answer, Body } from '../api/types'
import type { FilterNode } from './tree'

type Item<L> = L extends { items: (infer T)[] | null } ? T : never
/** The document says of a filter only that it is an object; it is a tree. */
type WithTree<T> = Omit<T, 'filter' | '$schema'> & { filter: FilterNode | null }

export type Field = Item<Answer<'listFields'>>
export type FieldType = Field['type']
export type View = WithTree<Item<Answer<'listViews'>>>
export type Segment = WithTree<Item<Answer<'listSegments'>>>
export type SegmentDay = Item<Answer<'listSegmentHistory'>>
export type Batch = Answer<'getBatch'>
export type BulkSet = NonNullable<Body<'bulkAccounts'>['set']>

/** Which accounts: those that match, or those named. */
export type Which = { filter: FilterNode } | { ids: number[] }
