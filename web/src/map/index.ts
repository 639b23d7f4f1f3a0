/**
 * The map for pages. Importing this loads MapLibre, so only lazily loaded routes do.
 *
 *   <AccountsMap filter={filter} position={positionOf(search)} selection={…} onSelect={…} />
 */
export { AccountsMap } from './AccountsMap'
