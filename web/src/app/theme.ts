import { type CSSVariablesResolver, createTheme } from '@mantine/core'
import { slate, surfaces, trail } from './palette'

export const theme = createTheme({
  primaryColor: 'trail',
  // White text on both: 7.3 and 5.5 to 1.
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  colors: { trail, dark: slate },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' } } },
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: { defaultProps: { centered: true } },
    Loader: { defaultProps: { type: 'dots' } },
  },
})

/** Mantine's dimmed, placeholder and error colours fail contrast on our grounds; these do not. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': surfaces.light.panel,
    '--mantine-color-text': surfaces.light.text,
    '--mantine-color-dimmed': surfaces.light.muted,
    '--mantine-color-placeholder': '#5f6b68',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-default-border': '#cdd4d1',
    '--wm-page': surfaces.light.page,
    '--wm-panel': surfaces.light.panel,
    '--wm-border': surfaces.light.border,
    '--wm-accent': trail[7],
    '--wm-accent-soft': trail[0],
    '--wm-hover': '#f0f3f1',
  },
  dark: {
    '--mantine-color-body': surfaces.dark.panel,
    '--mantine-color-text': surfaces.dark.text,
    '--mantine-color-dimmed': surfaces.dark.muted,
    '--mantine-color-placeholder': '#a3afb5',
    '--mantine-color-error': '#ff9c92',
    '--mantine-color-default-border': slate[4],
    '--wm-page': surfaces.dark.page,
    '--wm-panel': surfaces.dark.panel,
    '--wm-border': surfaces.dark.border,
    '--wm-accent': trail[3],
    '--wm-accent-soft': '#183430',
    '--wm-hover': '#252e34',
  },
})
