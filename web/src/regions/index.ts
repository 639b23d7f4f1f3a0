export { RegionsPage } from './RegionsPage'
