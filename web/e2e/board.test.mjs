/** A team's week: planned by due date, changed by hand, published, and there for the rep. */
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

const visits = (board, { repId, day }) =>
  board.lanes.find((lane) => lane.repId === repId && lane.day === day).stops.map((stop) => stop.visitId)

describe('a week for two reps', { concurrency: false }, () => {
  let manager
  let planner
  let reps
  let planned
  before(async () => {
    manager = await open(browser, server.url)
    planner = new Planner(manager)
    await manager.signIn('manager')
    const { items } = await (await manager.page.request.get('/api/users')).json()
    const rosa = items.find((user) => user.email === 'rep@demo.waymark.example')
    const other = items.find((user) => user.role === 'rep' && user.active && user.id !== rosa.id)
    reps = [rosa, other]
  })
  after(async () => {
    await manager?.close()
  })

  it('is asked for by due date, with the reasons counted', async () => {
    await planner.newPlan()
    await planner.chooseReps(reps.map((rep) => rep.name))
    const counts = await planner.dueCounts()
    assert.ok(counts.overdue + counts.due + counts.never > 0, JSON.stringify(counts))
    await planner.searchFor('5 minutes')
    const { head, asked } = await planner.start()
    assert.deepEqual(
      asked.repIds.toSorted((a, b) => a - b),
      reps.map((rep) => rep.id).toSorted((a, b) => a - b),
    )
    assert.equal(asked.byDueDate, true)
    assert.equal(head.kind, 'period')
  })

  it('is stopped with its best so far, and fills the board', async () => {
    await planner.stopWithBest()
    planned = await planner.board()
    assert.equal(planned.plan.state, 'done')
    assert.ok(planned.totals.visits > 0, JSON.stringify(planned.totals))
    const shown = planned.lanes.find((lane) => lane.stops.length > 0)
    assert.deepEqual(await planner.lane(shown), visits(planned, shown))
    await manager.mapDrawn()
    assert.deepEqual(await manager.violations(), [])
  })

  let from
  let to
  let visit
  it('a visit is dragged to another day, and what that does is said before it is dropped', async () => {
    const busy = planned.lanes.filter((lane) => lane.stops.length > 0)
    ;[from, to] = busy
    visit = from.stops[0].visitId
    const { said, ratings, board } = await planner.dragToEndOf(visit, to)
    assert.match(said, /min driving/)
    assert.match(said, /no rule broken|breaks \d+ rules?/)
    assert.ok(ratings.length > 1 && ratings.every((rating) => /^(green|yellow|red)$/.test(rating)))
    assert.deepEqual(visits(board, to), [...visits(planned, to), visit])
    await planner.laneBecomes(to, visits(board, to))
    await planner.laneBecomes(from, visits(planned, from).slice(1))
  })

  it('is undone and done again by keys', async () => {
    await planner.undo()
    await planner.laneBecomes(to, visits(planned, to))
    await planner.laneBecomes(from, visits(planned, from))
    await planner.redo()
    await planner.laneBecomes(to, [...visits(planned, to), visit])
    const board = await planner.undo()
    assert.deepEqual(visits(board, from), visits(planned, from))
    await planner.laneBecomes(from, visits(planned, from))
  })

  it('a visit moves with the keyboard alone', async () => {
    const long = planned.lanes.find((lane) => lane.stops.length > 1)
    const [first, second, ...others] = visits(planned, long)
    await planner.carryRight(first, 1)
    await planner.laneBecomes(long, [second, first, ...others])
    await planner.undo()
    await planner.laneBecomes(long, [first, second, ...others])
  })

  it('is published, with who gets what, and the rep opens the day', async () => {
    const board = await planner.board()
    const shares = await planner.publish()
    const expected = reps
      .map(({ id }) => {
        const lanes = board.lanes.filter((lane) => lane.repId === id && lane.stops.length > 0)
        return {
          repId: id,
          days: lanes.length,
          visits: lanes.reduce((sum, lane) => sum + lane.stops.length, 0),
        }
      })
      .filter((share) => share.days > 0)
    const byRep = (a, b) => a.repId - b.repId
    assert.deepEqual(shares.toSorted(byRep), expected.toSorted(byRep))

    const lane = board.lanes.find((each) => each.repId === reps[0].id && each.stops.length > 0)
    const rep = await open(browser, server.url)
    await rep.signIn('rep')
    const { items } = await (
      await rep.page.request.get(`/api/plans?kind=day&from=${lane.day}&to=${lane.day}&repId=${reps[0].id}`)
    ).json()
    const day = items.find((plan) => plan.published)
    assert.ok(day, 'the rep has a published day')
    await rep.go('/plans')
    await rep.page.locator(`a[href="/plans/${day.id}"]`).click()
    await rep.page.locator('[data-site]').first().waitFor()
    assert.deepEqual(
      (await rep.stops()).map((stop) => stop.site),
      lane.stops.map((stop) => stop.siteId),
    )
    assert.deepEqual(rep.faults, [])
    await rep.close()
  })

  it('nothing went to another host, nothing was refused by the content security policy', () => {
    assert.deepEqual(manager.faults, [])
  })
})
