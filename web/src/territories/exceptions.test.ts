import { describe, expect, it } from 'vitest'
import { labelsOf } from './exceptions'

describe('accounts to choose from', () => {
  it('are told apart when they share a name', () => {
    const at = (street: string, city: string) => ({ street, city })
    const labels = labelsOf([
      { id: 1, name: 'Wawa', site: at('Main Street', 'Dover') },
      { id: 2, name: 'Wawa', site: at('', 'Lewes') },
      { id: 3, name: 'Wawa', site: null },
      { id: 4, name: 'Zoo', site: at('Park Road', 'Dover') },
      { id: 5, name: 'Wawa', site: at('', 'Lewes') },
    ])
    expect([...labels.values()]).toEqual([
      'Wawa, Main Street, Dover',
      'Wawa, Lewes',
      'Wawa',
      'Zoo',
      'Wawa, Lewes (5)',
    ])
  })
})
