/**
 * Takes the README's pictures of the running demo: node e2e/pictures.mjs FOLDER.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, open } from './person.mjs'
import { Planner } from './planner.mjs'
import { serve } from './serve.mjs'

const folder = process.argv[2]
if (!folder) throw new Error('Say where to put the pictures: node e2e/pictures.mjs FOLDER')
mkdirSync(folder, { recursive: true })

const server = await serve()
const browser = await launch()
try {
  const desk = await open(browser, server.url, { size: 'desk' })
  await desk.signIn('rep')
  await desk.lookAt({ lon: -75.56, lat: 39.73, zoom: 11.5 })
  await take(desk, 'map')
  await desk.go('/accounts')
  await take(desk, 'accounts')
  await desk.go('/plans')
  await desk.chooseDue()
  await desk.plan()
  const plan = desk.path()
  await take(desk, 'plan')
  const { route } = await desk.storedPlan()
  await desk.go(`/accounts/${route.stops[0].accountId}`)
  await take(desk, 'account')
  const manager = await open(browser, server.url, { size: 'desk' })
  await manager.signIn('manager')
  const planner = new Planner(manager)
  await planner.newPlan()
  await planner.chooseReps(['Rosa Keller', 'Dan Whitfield', 'Maya Brooks'])
  await planner.start()
  await manager.page.locator('[data-lane] [data-visit]').first().waitFor({ timeout: 120_000 })
  await manager.page.locator('[data-planning]').waitFor({ state: 'detached', timeout: 120_000 })
  await take(manager, 'board')
  await manager.go('/territories')
  await take(manager, 'territories')
  await manager.close()

  const marketer = await open(browser, server.url, { size: 'desk' })
  await marketer.signIn('marketer')
  await marketer.go('/regions?figure=whiteSpace')
  await take(marketer, 'regions')
  await marketer.close()

  for (const [scheme, prefix] of [
    ['light', 'phone-'],
    ['dark', 'phone-dark-'],
  ]) {
    const phone = await open(browser, server.url, { size: 'phone', scheme })
    await phone.signIn('rep')
    await phone.lookAt({ lon: -75.56, lat: 39.73, zoom: 11 })
    await take(phone, `${prefix}map`)
    await phone.go(plan)
    await take(phone, `${prefix}plan`)
    await phone.go('/accounts')
    await phone.picture(join(folder, `${prefix}accounts.png`))
  }
} finally {
  await browser.close()
  await server.stop()
}

async function take(person, name) {
  await person.mapDrawn()
  await person.picture(join(folder, `${name}.png`))
}
