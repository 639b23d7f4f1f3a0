/** The main job, end to end: from signing in to a day's route in the order one wants, still there after a reload. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'

const wilmington = { lon: -75.5466, lat: 39.7459, zoom: 12 }

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

for (const size of ['desk', 'phone']) {
  describe(`on a ${size}`, { concurrency: false }, () => {
    let rep
    before(async () => {
      rep = await open(browser, server.url, { size })
      await rep.signIn('rep')
    })
    after(async () => {
      await rep?.close()
    })

    it('the map shows accounts and open prospects', async () => {
      await rep.lookAt(wilmington)
      const { accounts, prospects } = await rep.inView()
      assert.ok(accounts > 0, `${accounts} accounts in view`)
      assert.ok(prospects > 0, `${prospects} open prospects in view`)
    })

    it('a lasso is summed up, then becomes visits to plan', async () => {
      await rep.lassoAroundMiddle()
      const count = await rep.selectedAccounts()
      assert.ok(count > 0, 'accounts inside the ring')
      assert.match(await rep.selection().textContent(), /By status.*By class.*By owner/s)
      await rep.planSelection()
      assert.equal(rep.path(), '/plans')
      assert.match(await rep.chosenVisits(), new RegExp(`^${count} visits? chosen`))
    })

    it('a dozen due visits become a day in the best order', async (t) => {
      await rep.go('/plans')
      await rep.chooseDue()
      assert.match(await rep.chosenVisits(), /^12 visits chosen/)
      const seconds = await rep.plan()
      const plan = await rep.storedPlan()
      const worked = (Date.parse(plan.finishedAt) - Date.parse(plan.createdAt)) / 1000
      // Told, not asserted: how long it takes is the machine's, not the program's.
      t.diagnostic(`planned in ${worked} s, on the page after ${seconds.toFixed(1)} s`)
      assert.equal(plan.state, 'done')
      assert.equal(plan.route.stops.length + plan.unplanned.length, 12)
      for (const visit of plan.unplanned) assert.ok(visit.reason, `a reason for ${visit.name}`)
      const shown = await rep.stops()
      assert.deepEqual(
        shown.map((stop) => stop.site),
        plan.route.stops.map((stop) => stop.siteId),
      )
      ascending(shown)
    })

    it('the line follows the roads from stop to stop', async () => {
      const { route } = await rep.storedPlan()
      assert.equal(route.geometry.type, 'MultiLineString')
      const legs = route.geometry.coordinates
      assert.equal(legs.length, route.stops.length + 1)
      route.stops.forEach((stop, i) => {
        const end = legs[i].at(-1)
        assert.ok(
          metres(end, stop.point) < 1000,
          `leg ${i + 1} ends ${metres(end, stop.point)} m from its stop`,
        )
      })
      const vertices = legs.reduce((sum, leg) => sum + leg.length, 0)
      assert.ok(vertices > 10 * legs.length, `${vertices} vertices: a road bends`)
      await rep.mapDrawn()
    })

    it(`a stop moves ${size === 'phone' ? 'under a finger' : 'with the mouse'}, and the times follow`, async () => {
      await rep.enlargeSheet()
      const before = await rep.stops()
      await rep.dragStop(1, 3)
      const after = await rep.stops()
      assert.deepEqual(sites(after), moved(sites(before), 0, 2))
      assert.notDeepEqual(
        after.map((s) => s.arrives),
        before.map((s) => s.arrives),
      )
      ascending(after)
      assert.deepEqual(
        sites(after),
        (await rep.storedPlan()).route.stops.map((s) => s.siteId),
      )
    })

    it('a stop moves with the keyboard alone, announced at each step', async () => {
      const before = await rep.stops()
      await rep.moveStopByKeyboard(2, 2)
      assert.deepEqual(sites(await rep.stops()), moved(sites(before), 1, 3))
    })

    it('changes of order are undone and done again', async () => {
      const changed = sites(await rep.stops())
      await rep.undo()
      const before = sites(await rep.stops())
      assert.notDeepEqual(before, changed)
      await rep.redo()
      assert.deepEqual(sites(await rep.stops()), changed)
    })

    it('a stop is taken out, and put in again', async () => {
      const before = await rep.stops()
      await rep.takeOut(1)
      assert.deepEqual(sites(await rep.stops()), sites(before).slice(1))
      await rep.putIn(before[0].name)
      assert.deepEqual(sites(await rep.stops()).toSorted(), sites(before).toSorted())
    })

    // The dialog is the same on both; once is enough.
    if (size === 'desk')
      it('a visit is cancelled on the way, the rest is seen before it is taken, and taken back', async () => {
        const before = await rep.stops()
        await rep.cancelFromHere(before[1].name, '08:00')
        assert.deepEqual(
          sites(await rep.stops()).toSorted(),
          sites(before.filter((_, i) => i !== 1)).toSorted(),
        )
        await rep.takeBackRepair()
        assert.deepEqual(await rep.stops(), before)
      })

    it('all is there after a reload', async () => {
      const before = await rep.stops()
      await rep.reload()
      await rep.mapDrawn()
      assert.deepEqual(await rep.stops(), before)
    })

    it('nothing went to another host, nothing was refused by the content security policy', () => {
      assert.deepEqual(rep.faults, [])
    })
  })
}

const sites = (stops) => stops.map((stop) => stop.site)

function moved(list, from, to) {
  const out = [...list]
  out.splice(to, 0, ...out.splice(from, 1))
  return out
}

function ascending(stops) {
  const times = stops.map((stop) => Date.parse(stop.arrives))
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
    'arrival times ascend',
  )
}

/** Near enough for short distances. */
function metres([lon0, lat0], [lon1, lat1]) {
  const x = (lon1 - lon0) * Math.cos((lat0 * Math.PI) / 180)
  return Math.hypot(x, lat1 - lat0) * 111_195
}
