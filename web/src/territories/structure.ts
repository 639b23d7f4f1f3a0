/** Changes of an alignment besides painting; each answers what has become of it. */
import { api, call } from '../api/client'
import type { Territory } from './types'

const below = (id: number, territory: number) => ({ params: { path: { id, territory } } })

export type TerritoryInput = {
  name?: string
  level?: Territory['level']
  parentId?: number | null
  colour?: number
  locked?: boolean
}

export const addTerritory = (
  id: number,
  version: number,
  body: { name: string; level?: Territory['level']; parentId?: number; colour?: number },
) =>
  call(api.POST('/api/alignments/{id}/territories', { params: { path: { id } }, body: { version, ...body } }))

export const changeTerritory = (id: number, territory: number, version: number, body: TerritoryInput) =>
  call(
    api.PATCH('/api/alignments/{id}/territories/{territory}', {
      ...below(id, territory),
      body: { version, ...body },
    }),
  )

export const setLocked = (id: number, territory: Territory, version: number) =>
  changeTerritory(id, territory.id, version, { locked: !territory.locked })

export const removeTerritory = (id: number, territory: number, version: number) =>
  call(
    api.DELETE('/api/alignments/{id}/territories/{territory}', {
      params: { path: { id, territory }, query: { version } },
    }),
  )

export type MemberInput = {
  userId: number
  role: 'owner' | 'support' | 'cover'
  from: string | null
  to: string | null
}

const bodyOf = ({ userId, role, from, to }: MemberInput) => ({
  userId,
  role,
  ...(from ? { from } : {}),
  ...(to ? { to } : {}),
})

export const setMembers = (id: number, territory: number, version: number, members: MemberInput[]) =>
  call(
    api.PUT('/api/alignments/{id}/territories/{territory}/members', {
      ...below(id, territory),
      body: { version, members: members.map(bodyOf) },
    }),
  )
