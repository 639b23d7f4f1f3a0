/** Named exceptions: key accounts that stay where they are. */
import { api, call } from '../api/client'

export const putException = (
  id: number,
  account: number,
  body: { version: number; territory: number; reason: string },
) => call(api.PUT('/api/alignments/{id}/exceptions/{account}', { params: { path: { id, account } }, body }))
export const removeException = (id: number, account: number, version: number) =>
  call(
    api.DELETE('/api/alignments/{id}/exceptions/{account}', {
      params: { path: { id, account }, query: { version } },
    }),
  )
