/** What the import pages ask the server. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, call } from '../api/client'
import type { Answer, Body } from '../api/types'

export type Import = Answer<'getImport'>
export type ImportPlan = Body<'checkImport'>['plan']
export type Reading = Body<'readImport'>
export type Field = NonNullable<Answer<'listImportFields'>['items']>[number]
export type Finding = NonNullable<RowFindings['findings']>[number]
export type RowFindings = NonNullable<Answer<'listImportFindings'>['items']>[number]
export type Decision = '' | 'create' | 'update' | 'skip'

/** Whether a job is at work. */
export const isBusy = (state: Import['state'] | undefined) =>
  state === 'checking' || state === 'running' || state === 'undoing'

export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: async ({ signal }) =>
    (await call(api.GET('/api/imports', { params: { query: { limit: 100 } }, signal }))).items ?? [],
})

/** Server-sent events renew this; while a job is at work it is asked for too, in case they do not arrive. */
export const importQuery = (id: number) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: ({ signal }) => call(api.GET('/api/imports/{id}', { params: { path: { id } }, signal })),
    refetchOnMount: (query) => (isBusy(query.state.data?.state) ? 'always' : true),
    refetchInterval: (query) => (isBusy(query.state.data?.state) ? 1000 : false),
  })

export const importFieldsQuery = queryOptions({
  queryKey: ['import-fields'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/import-fields', { signal }))).items ?? [],
  staleTime: 60_000,
})

export const findingsQuery = (id: number, version: number, code: string, cursor: string) =>
  queryOptions({
    queryKey: ['import-findings', id, version, code, cursor],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/imports/{id}/findings', {
          params: {
            path: { id },
            query: { limit: 20, ...(code ? { code } : {}), ...(cursor ? { cursor } : {}) },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const checkImport = (id: number, version: number, plan: ImportPlan) =>
  call(api.POST('/api/imports/{id}/check', { params: { path: { id } }, body: { version, plan } }))

export const readImport = (id: number, reading: Reading) =>
  call(api.PUT('/api/imports/{id}/reading', { params: { path: { id } }, body: reading }))

export const runImport = (id: number, version: number) =>
  call(api.POST('/api/imports/{id}/run', { params: { path: { id } }, body: { version } }))

export const undoImport = (id: number, version: number) =>
  call(api.POST('/api/imports/{id}/undo', { params: { path: { id } }, body: { version } }))

export const cancelImport = (id: number) =>
  call(api.POST('/api/imports/{id}/cancel', { params: { path: { id } } }))

export const deleteImport = (id: number) =>
  call(api.DELETE('/api/imports/{id}', { params: { path: { id } } }))

export const correctRow = (
  id: number,
  row: number,
  values: { position: number; value: string }[],
  decision?: Decision,
) =>
  call(
    api.PUT('/api/imports/{id}/rows/{row}', {
      params: { path: { id, row } },
      body: { values, ...(decision === undefined ? {} : { decision }) },
    }),
  )
