export { PlanEntry } from './PlanEntry'
export { PlansPage } from './PlansPage'
