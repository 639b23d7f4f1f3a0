/** Territories for tests. */
import { gridDisk, latLngToCell } from 'h3-js'
import type { Alignment, Cells, Figures, Territory } from './types'

export const noFigures: Figures = {
  accounts: 0,
  customers: 0,
  prospects: 0,
  openProspects: 0,
  revenue: 0,
  potential: 0,
  visitHours: 0,
  driveHours: 0,
  workload: 0,
}
const noShares = {
  accounts: null,
  customers: null,
  prospects: null,
  revenue: null,
  potential: null,
  visitHours: null,
  workload: null,
}

export const aTerritory = (over: Partial<Territory> = {}): Territory => ({
  id: 1,
  parentId: null,
  level: 'territory',
  name: 'North',
  colour: 0,
  position: 0,
  locked: false,
  members: [],
  ownerId: null,
  ownerName: '',
  cells: 0,
  figures: noFigures,
  held: noFigures,
  exceptions: 0,
  compactness: null,
  parts: 0,
  deviation: noShares,
  ...over,
})

export const middle = latLngToCell(39.158, -75.524, 7)

/** Seven cells of territory 1 around Dover, and twelve of territory 2 around those. */
export const someCells = (version = 3): Cells => ({
  resolution: 7,
  version,
  cells: gridDisk(middle, 2).map((cell, i) => ({
    cell,
    territory: i < 7 ? 1 : 2,
    road: true,
    accounts: 1,
    customers: 1,
    prospects: 0,
    openProspects: 0,
    revenue: 100,
    potential: 0,
    visitHours: 1,
    driveHours: 1,
  })),
})

/** What the hook needs of an alignment. */
export const anAlignment = (over: Partial<Alignment> = {}): Alignment =>
  ({
    id: 7,
    name: 'Spring',
    state: 'draft',
    resolution: 7,
    version: 3,
    updatedByName: 'Ada Lindqvist',
    canUndo: false,
    canRedo: false,
    mayEdit: true,
    lockedCells: [],
    balance: null,
    progress: null,
    territories: [aTerritory(), aTerritory({ id: 2, name: 'South', colour: 1 })],
    ...over,
  }) as Alignment
