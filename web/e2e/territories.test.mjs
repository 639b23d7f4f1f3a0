/** The ground divided, painted by hand and by keys, and approved by another. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'
import { Mapper } from './territories.mjs'

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

const name = 'Four parts'

describe('territories', { concurrency: false }, () => {
  let manager
  let mapper
  let divided
  before(async () => {
    manager = await open(browser, server.url)
    mapper = new Mapper(manager)
    await manager.signIn('manager')
  })
  after(async () => {
    await manager?.close()
  })

  it('a draft is divided from nothing, even within what was asked for', async () => {
    await mapper.draft(name)
    const says = await mapper.divide(4)
    assert.match(says, /^Balanced: [\d,]+ cells were given\. Workload is within [\d.]+% of the mean\.$/)
    const draft = await mapper.stored()
    assert.equal(draft.territories.length, 4)
    assert.ok(draft.worst.workload <= 0.05, JSON.stringify(draft.worst))
    divided = await mapper.cells()
    assert.deepEqual(
      divided,
      Object.fromEntries(draft.territories.map((each) => [String(each.id), each.cells])),
    )
    await manager.mapDrawn()
    assert.deepEqual(await manager.violations(), [])
  })

  const cellsOf = (answer) =>
    Object.fromEntries(answer.territories.map((each) => [String(each.id), each.cells]))

  it('cells are painted by keys alone, figures move with them, and it is undone and done again', async () => {
    const painted = cellsOf(await mapper.paintByKeys())
    assert.notDeepEqual(painted, divided)
    await mapper.cellsBecome(painted)
    await mapper.stored()
    await mapper.undo()
    await mapper.cellsBecome(divided)
    await mapper.stored()
    await mapper.redo()
    await mapper.cellsBecome(painted)
    assert.deepEqual(cellsOf(await mapper.stored()), painted)
  })

  it('what is painted while the draft changes elsewhere is kept, and painted again with one click', async () => {
    const before = cellsOf(await mapper.stored())
    assert.equal(await mapper.paintWhile(() => mapper.renameElsewhere(`${name}, again`)), 409)
    assert.match(
      await mapper.kept(),
      /^Marcus Hale changed this alignment meanwhile\. Your 1 cell is not saved/,
    )
    await mapper.cellsBecome(before)
    const painted = cellsOf(await mapper.paintAgain())
    assert.notDeepEqual(painted, before)
    await mapper.cellsBecome(painted)
    await mapper.stored()
    // The browser itself writes a line for every answer that is no success.
    assert.deepEqual(
      manager.faults.splice(0).filter((each) => !/status of 409/.test(each)),
      [],
    )
  })

  it('says by word, too, that a cell is locked, and that painting leaves it', async () => {
    await mapper.lockByKeys()
    assert.match(await mapper.hears(/, locked$/), /, locked$/)
    const before = await mapper.cells()
    await mapper.page.keyboard.press('b')
    for (const key of ['1', '2', '3', '4']) {
      await mapper.page.keyboard.press(key)
      await mapper.page.keyboard.press('Space')
    }
    await mapper.page.getByText('1 locked cell stays as it is.').first().waitFor()
    assert.deepEqual(await mapper.cells(), before)
    await mapper.lockByKeys()
    await mapper.hears(/accounts?$/)
  })

  it('a rectangle gives all cells in it to one territory', async () => {
    const before = await mapper.cells()
    const answer = await mapper.rectangle()
    assert.equal(answer.edits.length, 1)
    const now = cellsOf(answer)
    assert.ok(now[answer.edits[0].territory] > before[answer.edits[0].territory])
    await mapper.cellsBecome(now)
    await mapper.stored()
  })

  it('is approved by somebody else than who sent it', async () => {
    await mapper.sendForApproval('Is the south fair?')
    assert.equal(await manager.page.getByRole('button', { name: 'Approve', exact: true }).count(), 0)
    const { pathname, search } = new URL(manager.page.url())
    const admin = await open(browser, server.url)
    try {
      await admin.signIn('admin')
      await admin.go(pathname + search)
      await new Mapper(admin).approve()
      assert.deepEqual(admin.faults, [])
    } finally {
      await admin.close()
    }
  })

  it('can be read on a phone, and is not changed by a finger', async () => {
    const path = new URL(manager.page.url()).search
    const phone = await open(browser, server.url, { size: 'phone', scheme: 'dark' })
    try {
      await phone.signIn('rep')
      await phone.go(`/territories${path}`)
      await phone.page.locator('[data-territory]').first().waitFor()
      await phone.mapDrawn()
      assert.equal(await phone.page.getByRole('toolbar').count(), 0)
      assert.deepEqual(await phone.violations(), [])
    } finally {
      await phone.close()
    }
    assert.deepEqual(manager.faults, [])
  })
})
