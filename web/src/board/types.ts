/** The planner board as the API gives it, by short names. */
import type { Answer, Body } from '../api/types'

export type Board = Answer<'getBoard'>
export type PlanHead = Answer<'getPlanHead'>
export type PlanState = PlanHead['state']
export type Preset = PlanHead['preset']
export type Lane = Board['lanes'][number]
export type BoardStop = Lane['stops'][number]
export type BoardVisit = Board['excluded'][number]
export type BoardUnplanned = Board['unplanned'][number]
export type Totals = Board['totals']

export type Move = Body<'applyMoves'>['moves'][number]
export type Effect = Answer<'previewMoves'>
export type LaneTotals = Effect['lanes'][number]['before']

export type SuitablePlaces = Answer<'suitablePlaces'>
export type SuitablePlace = SuitablePlaces['items'][number]
export type DayRating = SuitablePlaces['days'][number]
export type Rating = DayRating['rating']
export type DaysRequest = Body<'suitableDays'>

export type HistoryItem = Answer<'planHistory'>['items'][number]
export type Comparison = Answer<'comparePlans'>
export type Proposals = Answer<'proposeVisits'>
export type PeriodRequest = Body<'createPeriodPlan'>
