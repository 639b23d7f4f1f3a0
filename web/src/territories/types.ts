/** Alignments and territories as the API gives them, by short names. */
import type { Answer, Body } from '../api/types'

/** Bounded lists are tuples in the generated types; here they are lists, as `call` gives them. */
type Plain<T> = T extends (infer E)[] ? Plain<E>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T
type Item<L> = L extends { items: (infer T)[] | null } ? T : never

export type AlignmentHead = Plain<Item<Answer<'listAlignments'>>>
export type Alignment = Plain<Answer<'getAlignment'>>
export type AlignmentState = Alignment['state']
export type Territory = Alignment['territories'][number]
export type Figures = Territory['figures']
export type Member = Territory['members'][number]
export type MemberRole = Member['role']
export type Cells = Plain<Answer<'listAlignmentCells'>>
export type Edited = Plain<Answer<'editAlignment'>>
export type HistoryEntry = Plain<Item<Answer<'alignmentHistory'>>>
export type Comment = Plain<Item<Answer<'listAlignmentComments'>>>
export type Exception = Plain<Item<Answer<'listTerritoryExceptions'>>>
export type BalanceJob = NonNullable<Alignment['balance']>
export type BalanceRequest = Body<'balanceAlignment'>
export type Comparison = Plain<Answer<'compareAlignment'>>
export type Move = Plain<Item<Answer<'listAlignmentMoves'>>>
