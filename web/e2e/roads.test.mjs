/** What the roads are for: areas of a drive time on map and list, and how to drive a leg. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'

const dover = { lon: -75.5244, lat: 39.1582, zoom: 11 }

let server
let browser
let rep

before(async () => {
  server = await serve()
  browser = await launch()
  rep = await open(browser, server.url, { size: 'desk' })
  await rep.signIn('rep')
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

describe('an area of a drive time', { concurrency: false }, () => {
  let first
  it('begins with a click on the map and is summed up', async () => {
    await rep.lookAt(dover)
    await rep.mapDrawn()
    await rep.reachFromMiddle()
    first = await rep.selectedAccounts()
    assert.ok(first > 0, 'accounts within 20 minutes')
    const { reach } = rep.query()
    const [lon, lat, minutes] = reach.split(',').map(Number)
    assert.ok(Math.abs(lon - dover.lon) < 0.02 && Math.abs(lat - dover.lat) < 0.02, reach)
    assert.equal(minutes, 20)
    assert.match(await rep.selection().textContent(), /20 min by car from this place.*By status/s)
  })

  it('grows and shrinks with the keyboard alone', async () => {
    await rep.changeMinutesByKeyboard('ArrowRight', '25')
    const more = await rep.selectedAccountsOf('25')
    await rep.changeMinutesByKeyboard('Home', '5')
    const least = await rep.selectedAccountsOf('5')
    assert.ok(more >= first && first > least, `${least} in 5, ${first} in 20, ${more} in 25 minutes`)
    await rep.changeMinutesByKeyboard('ArrowRight', '10')
    await rep.mapDrawn()
  })

  it('is open to everyone', async () => {
    assert.deepEqual(await rep.violations(), [])
  })

  it('is the list too, as a condition that can be removed', async () => {
    const selected = await rep.selectedAccountsOf('10')
    await rep.showAsList()
    assert.equal(rep.path(), '/accounts')
    assert.equal(await rep.listed(), selected)
    const everyone = await rep.removeCondition(/^Within 10 min of a place/)
    assert.ok(everyone > selected, `${everyone} accounts without the area, ${selected} within`)
    assert.equal(rep.query().reach, undefined)
  })

  it('can begin at an account, which it is named after', async () => {
    const account = await rep.anAccount()
    await rep.go(`/?sel=a${account.id}`)
    await rep.reachFromAccount()
    await rep.condition(`Within 20 min of ${account.name}`).waitFor()
    assert.equal(rep.query().reachOf, String(account.id))
    assert.ok((await rep.selectedAccounts()) > 0, 'at least the account itself')
    await rep.reload()
    await rep.condition(`Within 20 min of ${account.name}`).waitFor()
  })

  it('becomes visits to plan', async () => {
    await rep.changeMinutesByKeyboard('Home', '5')
    const count = await rep.selectedAccountsOf('5')
    await rep.planSelection()
    assert.equal(rep.path(), '/plans')
    assert.match(await rep.chosenVisits(), new RegExp(`^${count} visits? chosen`))
  })
})

describe('the way of a leg', { concurrency: false }, () => {
  it('is told turn by turn, and adds up to the leg', async () => {
    await rep.go('/plans')
    await rep.chooseDue()
    await rep.plan()
    const { route } = await rep.storedPlan()
    const leg = route.stops.findIndex((stop, i) => i > 0 && stop.driveMetres > 1000)
    assert.ok(leg > 0, 'a leg of more than a kilometre')
    const { answer, steps } = await rep.openDirections(leg)
    assert.deepEqual(
      steps.map((step) => step.text),
      answer.steps.map((step) => step.text),
    )
    assert.ok(steps.length >= 3, `${steps.length} steps`)
    assert.equal(steps[0].manoeuvre, 'depart')
    assert.equal(steps.at(-1).manoeuvre, 'arrive')
    assert.ok(
      steps.slice(0, -1).every((step) => /\d/.test(step.distance)),
      'a distance until the next step',
    )
    assert.equal(answer.metres, route.stops[leg].driveMetres)
    assert.ok(Math.abs(answer.seconds - route.stops[leg].driveSeconds) <= 1)
  })

  it('is open to everyone', async () => {
    await rep.mapDrawn()
    assert.deepEqual(await rep.violations(), [])
  })

  it('opens and closes with the keyboard, one at a time', async () => {
    await rep.leg(0).focus()
    await rep.press('Enter')
    assert.equal(await rep.leg(0).getAttribute('aria-expanded'), 'true')
    assert.equal(await rep.openWays(), 1)
    await rep.press('Enter')
    assert.equal(await rep.openWays(), 0)
  })
})

it('nothing went to another host, nothing was refused by the content security policy', () => {
  assert.deepEqual(rep.faults, [])
})
