/** A plan's life beside planning and dragging: a search that outlives a reload, copies, two people, a phone. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { Planner } from './planner.mjs'
import { serve } from './serve.mjs'

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

const visits = (lane) => lane.stops.map((stop) => stop.visitId)
const busy = (board) => board.lanes.filter((lane) => lane.stops.length > 1)
const undoButton = (person) => person.page.getByRole('button', { name: 'Undo (Ctrl+Z)' })

async function choose(person, menu, item) {
  await person.page.getByRole('button', { name: menu, exact: true }).click()
  await person.page.getByRole('menuitem', { name: item, exact: true }).click()
}

describe('a plan of one rep', { concurrency: false }, () => {
  let manager
  let rep
  let planner
  let rosa
  before(async () => {
    manager = await open(browser, server.url)
    planner = new Planner(manager)
    await manager.signIn('manager')
    const { items } = await (await manager.page.request.get('/api/users')).json()
    rosa = items.find((user) => user.email === 'rep@demo.waymark.example')
  })
  after(async () => {
    await rep?.close()
    await manager?.close()
  })

  let planned
  it('fills its lanes while it is planned, goes on over a reload, and is stopped with its best', async () => {
    await planner.newPlan()
    await planner.chooseReps([rosa.name])
    await planner.searchFor('5 minutes')
    await planner.start()
    const { page } = manager
    await page.locator('[data-planning]').waitFor()
    await page.locator('[data-lane] [data-visit]').first().waitFor()
    assert.equal(
      await page.locator('[data-planning]').count(),
      1,
      'visits are shown while the search goes on',
    )
    await manager.reload()
    await page.locator('[data-planning] [data-best]').waitFor()
    await planner.stopWithBest()
    planned = await planner.board()
    assert.equal(planned.plan.state, 'done')
    assert.ok(planned.totals.visits > 0)
    await undoButton(manager).waitFor()
    assert.ok(await undoButton(manager).isDisabled(), 'before it was planned there is nothing to go back to')
  })

  it('is improved, and as it was before when that is cancelled', async () => {
    const { page } = manager
    await choose(manager, 'Improve', '5 minutes')
    await page.locator('[data-planning] [data-best]').waitFor()
    await manager.reload()
    await page.locator('[data-planning]').getByRole('button', { name: 'Cancel' }).click()
    await page.locator('[data-planning]').waitFor({ state: 'detached' })
    const lane = busy(planned)[0]
    await planner.laneBecomes(lane, visits(lane))
    assert.deepEqual((await planner.board()).lanes.map(visits), planned.lanes.map(visits))
  })

  it('asks for what one visit needs, and says what that breaks until it is undone', async () => {
    const { page } = manager
    const lane = busy(await planner.board())[0]
    const [visit] = lane.stops
    await page.locator(`[data-lane] [data-visit="${visit.visitId}"]`).click()
    await page.getByRole('button', { name: 'What it asks for…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('More: skills').click()
    await dialog.getByRole('combobox', { name: 'Skills needed' }).fill('Crane')
    await dialog.getByRole('combobox', { name: 'Skills needed' }).press('Enter')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.locator(`[data-lane] [data-visit="${visit.visitId}"]`).click()
    await page.getByText('Asks for a skill that the rep has not').waitFor()
    await page.getByText('Needs: Crane').waitFor()
    await page.keyboard.press('Escape')
    const undone = await planner.undo()
    assert.deepEqual(undone.lanes, planned.lanes)
  })

  it('is copied, and the copy gets a name of its own', async () => {
    const { page } = manager
    const first = manager.path()
    await choose(manager, 'More for this plan', 'Copy')
    await page.getByRole('heading', { level: 1, name: `${planned.plan.name} (2)` }).waitFor()
    assert.notEqual(manager.path(), first)
    const copy = await planner.board()
    assert.deepEqual(copy.lanes.map(visits), planned.lanes.map(visits))
    await choose(manager, 'More for this plan', 'Rename')
    const name = 'The week of the fair, with everything that was promised in autumn'
    await page.getByLabel('Name of the plan').fill(name)
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
    assert.equal((await planner.board()).plan.name, name)
  })

  it('is published to a rep who hears of it, and taken back', async () => {
    const { page } = manager
    rep = await open(browser, server.url, { size: 'phone' })
    await rep.signIn('rep')
    const listening = rep.page.waitForResponse((r) => new URL(r.url()).pathname === '/api/events')
    await rep.go('/plans')
    await listening
    await planner.publish()
    await rep.page.getByText(/^Your days from .* were published\.$/).waitFor()
    await choose(manager, 'More for this plan', 'Take back from the reps')
    await page.locator('[data-published="false"]').waitFor()
    await rep.page.getByText(/^Your published days from .* were taken back\.$/).waitFor()
    assert.equal((await planner.board()).plan.published, false)
  })

  it('is changed by two at once: nothing is lost, and the second is asked', async () => {
    const second = await open(browser, server.url)
    // Who does not hear of changes finds out when making one.
    await second.page.route('**/api/events', (route) => route.abort())
    await second.signIn('manager')
    await second.go(manager.path())
    const board = await planner.board()
    const [one, other] = busy(board)[0].stops
    const block = (person, visit) => person.page.locator(`[data-lane] [data-visit="${visit.visitId}"]`)
    await block(second, other).waitFor()
    await block(manager, one).focus()
    const locked = manager.page.waitForResponse((r) => /\/moves$/.test(new URL(r.url()).pathname))
    await manager.page.keyboard.press('l')
    assert.equal((await locked).status(), 200)
    await block(second, other).focus()
    await second.page.keyboard.press('p')
    const bar = second.page.getByRole('alert').filter({ hasText: 'The plan was changed elsewhere meanwhile' })
    await bar.getByText(`${other.name} pinned`).waitFor()
    const pinned = second.page.waitForResponse((r) => /\/moves$/.test(new URL(r.url()).pathname))
    await bar.getByRole('button', { name: 'Do it now' }).click()
    assert.equal((await pinned).status(), 200)
    await bar.waitFor({ state: 'detached' })
    const both = await planner.board()
    const stop = (visitId) =>
      both.lanes.flatMap((lane) => lane.stops).find((each) => each.visitId === visitId)
    assert.ok(stop(one.visitId).locked)
    assert.ok(stop(other.visitId).pinned)
    await second.close()
  })

  it('is changed by a finger on a phone', async () => {
    const phone = await open(browser, server.url, { size: 'phone' })
    await phone.signIn('manager')
    await phone.go(manager.path())
    const board = await planner.board()
    const lane = busy(board)[0]
    const [first, last] = [lane.stops[0], lane.stops.at(-1)].map((stop) => stop.visitId)
    const free = lane.stops.find((stop) => !stop.locked && stop.visitId !== last)
    const { page } = phone
    const block = page.locator(`[data-lane] [data-visit="${free.visitId}"]`)
    await block.scrollIntoViewIfNeeded()
    const from = await block.boundingBox()
    const to = await page.locator(`[data-lane="${lane.repId}/${lane.day}"] [data-track]`).boundingBox()
    const touch = await page.context().newCDPSession(page)
    const finger = (type, x, y) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
    const y = from.y + from.height / 2
    const x0 = from.x + from.width / 2
    const x1 = Math.min(to.x + to.width, 390) - 6
    await finger('touchStart', x0, y)
    await page.locator('[data-carried]').waitFor()
    for (let i = 1; i <= 8; i++) await finger('touchMove', x0 + ((x1 - x0) * i) / 8, y)
    await page
      .locator('[data-carried]')
      .getByText(/driving|Nothing changes/)
      .waitFor()
    const answer = page.waitForResponse((r) => /\/moves$/.test(new URL(r.url()).pathname))
    await finger('touchEnd')
    const moved = await (await answer).json()
    const order = visits(moved.lanes.find((each) => each.repId === lane.repId && each.day === lane.day))
    assert.equal(order.at(-1), free.visitId, `${first} … ${last}: ${order}`)
    await phone.close()
  })
})
