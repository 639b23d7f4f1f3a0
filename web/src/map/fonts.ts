/**
 * The map's letters: Noto Sans for Latin, Cyrillic and Greek, bundled with the
 * application, so that no glyph server is asked. A file is fetched only when a letter
 * of its range is drawn.
 */

import cyrillicItalic from '@fontsource/noto-sans/files/noto-sans-cyrillic-400-italic.woff2?url'
import cyrillic from '@fontsource/noto-sans/files/noto-sans-cyrillic-400-normal.woff2?url'
import cyrillicBold from '@fontsource/noto-sans/files/noto-sans-cyrillic-600-normal.woff2?url'
import cyrillicExt from '@fontsource/noto-sans/files/noto-sans-cyrillic-ext-400-normal.woff2?url'
import cyrillicExtBold from '@fontsource/noto-sans/files/noto-sans-cyrillic-ext-600-normal.woff2?url'
import greekItalic from '@fontsource/noto-sans/files/noto-sans-greek-400-italic.woff2?url'
import greek from '@fontsource/noto-sans/files/noto-sans-greek-400-normal.woff2?url'
import greekBold from '@fontsource/noto-sans/files/noto-sans-greek-600-normal.woff2?url'
import greekExt from '@fontsource/noto-sans/files/noto-sans-greek-ext-400-normal.woff2?url'
import latinItalic from '@fontsource/noto-sans/files/noto-sans-latin-400-italic.woff2?url'
import latin from '@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff2?url'
import latinBold from '@fontsource/noto-sans/files/noto-sans-latin-600-normal.woff2?url'
import latinExtItalic from '@fontsource/noto-sans/files/noto-sans-latin-ext-400-italic.woff2?url'
import latinExt from '@fontsource/noto-sans/files/noto-sans-latin-ext-400-normal.woff2?url'
import latinExtBold from '@fontsource/noto-sans/files/noto-sans-latin-ext-600-normal.woff2?url'
import vietnamese from '@fontsource/noto-sans/files/noto-sans-vietnamese-400-normal.woff2?url'
import type { StyleSpecification } from 'maplibre-gl'

type Faces = NonNullable<StyleSpecification['font-faces']>

// The ranges that the files were cut to (unicode.json of the font package).
const ranges = {
  cyrillicExt: ['U+0460-052F', 'U+1C80-1C8A', 'U+20B4', 'U+2DE0-2DFF', 'U+A640-A69F', 'U+FE2E-FE2F'],
  cyrillic: ['U+0301', 'U+0400-045F', 'U+0490-0491', 'U+04B0-04B1', 'U+2116'],
  greekExt: ['U+1F00-1FFF'],
  greek: ['U+0370-0377', 'U+037A-037F', 'U+0384-038A', 'U+038C', 'U+038E-03A1', 'U+03A3-03FF'],
  vietnamese: ['U+1EA0-1EF9', 'U+20AB'],
  latinExt: [
    'U+0100-02BA',
    'U+02BD-02C5',
    'U+02C7-02CC',
    'U+1E00-1E9F',
    'U+1EF2-1EFF',
    'U+2020',
    'U+20A0-20AA',
  ],
  latin: [
    'U+0000-00FF',
    'U+0131',
    'U+0152-0153',
    'U+02BB-02BC',
    'U+02C6',
    'U+02DA',
    'U+02DC',
    'U+2000-206F',
    'U+20AC',
    'U+2122',
    'U+2191',
    'U+2193',
    'U+2212',
    'U+2215',
  ],
}

type Range = keyof typeof ranges

const faces = (files: Partial<Record<Range, string>>, origin: string) =>
  Object.entries(files).map(([range, url]) => ({
    url: new URL(url, origin).href,
    'unicode-range': ranges[range as Range],
  }))

export const regular = ['Noto Sans Regular']
export const bold = ['Noto Sans Bold']
export const italic = ['Noto Sans Italic']

/** The `font-faces` of the style; origin is the page's, like https://crm.example.com. */
export function fontFaces(origin: string): Faces {
  return {
    'Noto Sans Regular': faces(
      { latin, latinExt, cyrillic, cyrillicExt, greek, greekExt, vietnamese },
      origin,
    ),
    'Noto Sans Bold': faces(
      {
        latin: latinBold,
        latinExt: latinExtBold,
        cyrillic: cyrillicBold,
        cyrillicExt: cyrillicExtBold,
        greek: greekBold,
        greekExt,
        vietnamese,
      },
      origin,
    ),
    'Noto Sans Italic': faces(
      {
        latin: latinItalic,
        latinExt: latinExtItalic,
        cyrillic: cyrillicItalic,
        cyrillicExt,
        greek: greekItalic,
        greekExt,
        vietnamese,
      },
      origin,
    ),
  }
}
