export { ComparePage } from './ComparePage'
export { NewPeriodPage } from './NewPeriodPage'
