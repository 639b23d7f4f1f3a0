/** How reps work and what visits ask for, as the API gives it. */
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Answer, Body } from '../api/types'

export type WorkingTerms = Answer<'getWorkingTerms'>
export type VisitTerms = Answer<'getVisitTerms'>
export type VisitAsk = Omit<Body<'changePlanVisit'>, 'version'>
export type VisitTie = VisitAsk['ties'][number]

export const workingTermsQuery = (userId: number) =>
  queryOptions({
    queryKey: ['working-terms', userId],
    queryFn: ({ signal }) =>
      call(api.GET('/api/users/{id}/working-terms', { params: { path: { id: userId } }, signal })),
  })

export const setWorkingTerms = (userId: number, body: WorkingTerms) =>
  call(api.PUT('/api/users/{id}/working-terms', { params: { path: { id: userId } }, body }))

export const skillsQuery = queryOptions({
  queryKey: ['skills'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/skills', { signal }))).items ?? [],
})

export const visitTermsQuery = (accountId: number) =>
  queryOptions({
    queryKey: ['visit-terms', accountId],
    queryFn: ({ signal }) =>
      call(api.GET('/api/accounts/{id}/visit-terms', { params: { path: { id: accountId } }, signal })),
  })

export async function setVisitTerms(queryClient: QueryClient, accountId: number, body: VisitTerms) {
  const terms = await call(
    api.PUT('/api/accounts/{id}/visit-terms', { params: { path: { id: accountId } }, body }),
  )
  queryClient.setQueryData(visitTermsQuery(accountId).queryKey, terms)
  void queryClient.invalidateQueries({ queryKey: skillsQuery.queryKey })
  return terms
}

/** A visit that asks for nothing. */
export const noTerms: VisitTerms = {
  mandatory: false,
  priority: 'normal',
  setUpMinutes: 0,
  notBefore: '',
  notAfter: '',
  skills: [],
  onlyReps: [],
  preferredReps: [],
  notReps: [],
  sameRep: false,
}
