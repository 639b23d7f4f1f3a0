import { useComputedColorScheme } from '@mantine/core'

/** Light or dark as it is now. Known from the first render on, so that nothing flashes in the other one's colours. */
export const useScheme = () => useComputedColorScheme('light', { getInitialValueInEffect: false })
