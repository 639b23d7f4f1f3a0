export { DuplicatesPage } from './DuplicatesPage'
export { RepairPage } from './RepairPage'
