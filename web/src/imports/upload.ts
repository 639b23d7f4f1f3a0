/** Sends a file in parts, so that a large one neither waits in memory nor begins anew when the line breaks. */
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import type { Import } from './queries'

export const partBytes = 1_000_000
export const mostBytes = 512 * 1024 * 1024
const tries = 5

type Options = {
  onProgress: (share: number) => void
  signal?: AbortSignal
  /** Milliseconds to wait before the next try; tests wait less. */
  pause?: number
}

/** Announces and sends a file; gives the import with the columns that the server found. */
export async function uploadFile(file: File, { onProgress, signal, pause = 1000 }: Options): Promise<Import> {
  const made = await call(
    api.POST('/api/imports', { body: { fileName: file.name, bytes: file.size }, signal }),
  )
  let known: Import = made
  for (let failed = 0; known.received < file.size; ) {
    const offset = known.received
    try {
      known = await call(
        api.PUT('/api/imports/{id}/file', {
          params: { path: { id: made.id }, query: { offset } },
          // The generator calls a body of bytes a string.
          body: file.slice(offset, offset + partBytes) as unknown as string,
          bodySerializer: (body) => body,
          headers: { 'Content-Type': 'application/octet-stream' },
          signal,
        }),
      )
      failed = 0
    } catch (error) {
      if (isProblem(error, 'conflict') && isImport(error.current) && error.current.received > offset)
        known = error.current // it had arrived: only its answer was lost
      else if (
        isProblem(error) &&
        (error.code === 'offline' || error.code === 'unavailable') &&
        failed < tries
      )
        await new Promise((resolve) => setTimeout(resolve, pause * ++failed))
      else throw error
    }
    onProgress(known.received / file.size)
  }
  return known
}

const isImport = (value: unknown): value is Import =>
  typeof value === 'object' && value !== null && 'received' in value
