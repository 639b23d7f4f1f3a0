/**
 * The server under test: the one at WAYMARK_E2E_URL, or bin/waymark (WAYMARK_BIN) on a
 * free port over a data folder (WAYMARK_E2E_DATA) that `waymark extract load` and
 * `waymark demo` have filled.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const startMillis = 60_000
const stopMillis = 15_000

export async function serve() {
  const running = process.env.WAYMARK_E2E_URL
  if (running) {
    await ready(running, () => null)
    return { url: running.replace(/\/$/, ''), stop: async () => {} }
  }
  const data = process.env.WAYMARK_E2E_DATA
  if (!data)
    throw new Error(
      'Set WAYMARK_E2E_URL to a server with the demo, or WAYMARK_E2E_DATA to a data folder that `waymark extract load` and `waymark demo` have filled.',
    )
  const bin = process.env.WAYMARK_BIN ?? fileURLToPath(new URL('../../bin/waymark', import.meta.url))
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(bin, ['serve'], {
    env: { ...process.env, WAYMARK_DATA: data, WAYMARK_ADDR: new URL(url).host, WAYMARK_PUBLIC_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      log = (log + part).slice(-20_000)
    })
  let ended = null
  child.on('exit', (code, signal) => {
    ended = `The server ended (${signal ?? code}) before it was ready:\n${log}`
  })
  child.on('error', (error) => {
    ended = `${bin} does not start: ${error.message}`
  })
  await ready(url, () => ended)
  return {
    url,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopMillis)
      await gone
      clearTimeout(late)
    },
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Asks /readyz until it says yes. */
async function ready(url, ended) {
  const until = Date.now() + startMillis
  let last = 'no answer'
  while (Date.now() < until) {
    const why = ended()
    if (why) throw new Error(why)
    try {
      const answer = await fetch(new URL('/readyz', url))
      if (answer.ok) return
      last = `${answer.status} ${await answer.text()}`
    } catch (error) {
      last = error.message
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url}/readyz was not ready after ${startMillis / 1000} s: ${last}`)
}
