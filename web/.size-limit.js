// What the browser loads before anything is drawn: the scripts that index.html names.
import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('dist/index.html', import.meta.url), 'utf8')
const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => `dist/${path}`)
if (first.length === 0) throw new Error('dist/index.html names no scripts: run "npm run build" first')

export default [
  { name: 'first JavaScript', path: first, gzip: true, limit: '230 kB' },
  { name: 'map', path: 'dist/assets/maplibre-*.js', gzip: true, limit: '460 kB' },
]
