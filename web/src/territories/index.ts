export { TerritoriesPage } from './TerritoriesPage'
