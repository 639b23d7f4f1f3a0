/** An alignment on its way: review, approval, publication, and what is said about it. */
import { api, call } from '../api/client'
import type { BalanceRequest } from './types'

const at = (id: number) => ({ params: { path: { id } } })

export const submitAlignment = (id: number, version: number, note: string) =>
  call(api.POST('/api/alignments/{id}/submit', { ...at(id), body: { version, note } }))
export const approveAlignment = (id: number, version: number, note: string) =>
  call(api.POST('/api/alignments/{id}/approve', { ...at(id), body: { version, note } }))
export const rejectAlignment = (id: number, version: number, note: string) =>
  call(api.POST('/api/alignments/{id}/reject', { ...at(id), body: { version, note } }))
/** Without a time: now. */
export const publishAlignment = (id: number, version: number, publishAt?: string) =>
  call(
    api.POST('/api/alignments/{id}/publish', {
      ...at(id),
      body: { version, ...(publishAt ? { at: publishAt } : {}) },
    }),
  )
/** Takes back what was last done: a submission, an appointment, a publication. */
export const withdrawAlignment = (id: number, version: number) =>
  call(api.POST('/api/alignments/{id}/withdraw', { ...at(id), body: { version } }))

export const balanceAlignment = (id: number, body: BalanceRequest) =>
  call(api.POST('/api/alignments/{id}/balance', { ...at(id), body }))
export const cancelBalance = (id: number) => call(api.POST('/api/alignments/{id}/balance/cancel', at(id)))

export const addComment = (id: number, text: string) =>
  call(api.POST('/api/alignments/{id}/comments', { ...at(id), body: { text } }))
