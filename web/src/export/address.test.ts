import { describe, expect, it } from 'vitest'
import { exportAddress } from './address'

const query = (address: string) => new URL(address, 'http://x').searchParams

describe('the address of an export', () => {
  it('carries the filter of the list as the list does', () => {
    const q = query(
      exportAddress(
        {
          filter: { q: 'bay & co', status: ['customer', 'former'], filter: '{"all":[]}' },
          bounds: [-76, 39, -75, 40],
          sort: '-revenue',
        },
        'csv',
        ['name', 'custom.size'],
      ),
    )
    expect(q.get('q')).toBe('bay & co')
    expect(q.getAll('status')).toEqual(['customer', 'former'])
    expect(q.get('filter')).toBe('{"all":[]}')
    expect(q.get('bbox')).toBe('-76,39,-75,40')
    expect(q.get('sort')).toBe('-revenue')
    expect(q.get('columns')).toBe('name,custom.size')
    expect(q.get('format')).toBe('csv')
  })

  it('names accounts instead of the filter when some are chosen', () => {
    const q = query(exportAddress({ filter: { q: 'bay' }, ids: [7, 9] }, 'kml', null))
    expect(q.get('ids')).toBe('7,9')
    expect(q.get('q')).toBeNull()
    expect(q.has('columns')).toBe(false)
  })
})
