/** MapLibre's worker from our own origin, so that `worker-src 'self'` holds. */
import { prewarm, setWorkerUrl } from 'maplibre-gl'
import url from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

setWorkerUrl(new URL(url, location.origin).href)
// It starts while the page is put together, and is there for the next map too.
prewarm()
