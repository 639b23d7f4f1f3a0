/** Every page: no accessibility rule broken in light and dark, nothing from elsewhere, within the budget. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'

const kilobyte = 1000
const firstBudget = 230 * kilobyte
const mapBudget = 460 * kilobyte

let server
let browser

before(async () => {
  server = await serve()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

for (const [size, scheme] of [
  ['desk', 'light'],
  ['desk', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
]) {
  describe(`pages on a ${size}, ${scheme}`, { concurrency: false }, () => {
    let person
    before(async () => {
      person = await open(browser, server.url, { size, scheme })
    })
    after(async () => {
      await person?.close()
    })

    it('sign-in', async () => {
      await person.go('/sign-in')
      const violations = await person.violations()
      await person.signIn('manager')
      assert.deepEqual(violations, [])
    })

    const pages = [
      { name: 'map', path: '/', map: true },
      {
        name: 'map with a selection',
        path: '/?lon=-75.5466&lat=39.7459&zoom=12&within=-75.57,39.73 -75.52,39.73 -75.52,39.76 -75.57,39.76',
        map: true,
      },
      { name: 'map of hexagons', path: '/?layer=regions', map: true },
      { name: 'accounts', path: '/accounts', map: false },
      { name: 'segments', path: '/segments', map: false },
      { name: 'plans', path: '/plans', map: true },
      { name: 'regions', path: '/regions', map: true },
      { name: 'settings', path: '/settings', map: false },
      { name: 'nothing there', path: '/no-such-page', map: false },
    ]
    for (const { name, path, map } of pages)
      it(name, async () => {
        await person.go(path)
        if (map) await person.mapDrawn()
        assert.deepEqual(await person.violations(), [])
      })

    it('an account', async () => {
      const { items } = await (await person.page.request.get('/api/accounts?limit=1')).json()
      await person.go(`/accounts/${items[0].id}`)
      assert.deepEqual(await person.violations(), [])
    })

    it('a plan', async () => {
      const { items } = await (await person.page.request.get('/api/plans?limit=1')).json()
      if (items.length === 0) {
        await person.go('/plans')
        await person.chooseDue()
        await person.plan()
      } else await person.go(`/plans/${items[0].id}`)
      await person.mapDrawn()
      assert.deepEqual(await person.violations(), [])
    })

    it('nothing went to another host, nothing was refused by the content security policy', () => {
      assert.deepEqual(
        person.faults.filter((fault) => !/status of 404/.test(fault)),
        [],
      )
    })
  })
}

it('the first page loads at most 230 KB of scripts, the map at most 460 KB', async () => {
  const person = await open(browser, server.url)
  const first = Object.entries(await person.scriptsOf('/sign-in'))
  assert.ok(first.length > 0, 'scripts were seen')
  const total = first.reduce((sum, [, bytes]) => sum + bytes, 0)
  assert.ok(total <= firstBudget, `${total} bytes: ${JSON.stringify(first)}`)
  await person.signIn('rep')
  const scripts = Object.entries(await person.scriptsOf('/'))
  const map = scripts.filter(([name]) => /^maplibre/.test(name)).reduce((sum, [, bytes]) => sum + bytes, 0)
  assert.ok(map > 0 && map <= mapBudget, `${map} bytes: ${JSON.stringify(scripts)}`)
  await person.close()
})
