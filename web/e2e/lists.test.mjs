/** Lists: filtered by what one says, saved as a view, changed many at once and put back; found by Ctrl-K. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'

let server
let browser
let manager

before(async () => {
  server = await serve()
  browser = await launch()
  manager = await open(browser, server.url)
  await manager.signIn('manager')
})

after(async () => {
  await manager?.close()
  await browser?.close()
  await server?.stop()
})

describe('a list', { concurrency: false }, () => {
  const view = `Sleeping customers ${process.pid}`
  const tag = `wake-up-${process.pid}`
  let found

  it('is filtered by two conditions, which read as a sentence', async () => {
    await manager.go('/accounts?show=list')
    const all = await manager.listed()
    await manager.addCondition('statsu', async (editor) => {
      await editor.getByRole('checkbox', { name: 'Customer', exact: true }).check()
    })
    await manager.addCondition('last visit', async (editor) => {
      await editor.getByLabel('Operation').selectOption('more_than_ago')
      await editor.getByLabel('Number').fill('45')
    })
    assert.equal(
      await manager.sentence(/45 days/),
      'Status is Customer and last visit is more than 45 days ago.',
    )
    found = await manager.matching()
    assert.ok(found > 0 && found < all, `${found} of ${all} accounts`)
    assert.equal(await manager.listedAre(found), found)
  })

  it('is saved as a view, and is the same after a reload', async () => {
    await manager.saveAsView(view)
    assert.equal(await manager.viewName(view), view)
    await manager.reload()
    assert.equal(await manager.viewName(view), view)
    assert.equal(
      await manager.sentence(/45 days/),
      'Status is Customer and last visit is more than 45 days ago.',
    )
    assert.equal(await manager.listedAre(found), found)
    assert.equal(await manager.viewIsChanged(), false)
  })

  it('is moved through and changed with the keyboard alone', async () => {
    const before = await manager.cellText(0, 'revenue')
    const digits = before.replace(/\D/g, '') || '0'
    const other = String(Number(digits) + 1)
    await manager.editCell(0, 'revenue', other)
    assert.equal(await manager.cellText(0, 'revenue', money(other)), money(other))
    await manager.editCell(0, 'revenue', digits)
    assert.equal(await manager.cellText(0, 'revenue', before), before)
  })

  it('gives all that match a tag, and takes it back', async () => {
    assert.equal(await manager.tagged(tag), 0)
    await manager.checkAll()
    await manager.tagChecked(tag)
    await manager.said(new RegExp(`^${found} accounts? changed`))
    assert.equal(await manager.tagged(tag), found)
    await manager.takeBack(new RegExp(`^${found} accounts? changed`))
    await manager.said(new RegExp(`^${found} accounts? (is|are) as before`))
    assert.equal(await manager.tagged(tag), 0)
  })

  it('shows the same set as the map beside it', async () => {
    const requests = manager.watchFilters()
    await manager.showBoth()
    await manager.mapDrawn()
    const { tiles } = requests()
    assert.ok(tiles.length > 0, 'tiles were asked for')
    for (const filter of tiles) assert.deepEqual(JSON.parse(filter), manager.filter())
  })

  it('breaks no rule of accessibility', async () => {
    assert.deepEqual(await manager.violations(), [])
  })

  it('a condition that the server refuses is marked, and says why', async () => {
    const wrong = { all: [{ field: 'revenue', op: 'gt', value: 'much' }] }
    await manager.go(`/accounts?show=list&filter=${encodeURIComponent(JSON.stringify(wrong))}`)
    assert.match(await manager.refusal(/Revenue/), /number/i)
  })
})

describe('Ctrl-K', { concurrency: false }, () => {
  it('opens an account although its name is typed with a mistake', async () => {
    await manager.go('/accounts?show=list')
    const account = await manager.accountToMistype()
    await manager.press('Control+k')
    await manager.typeInSearch(account.mistyped)
    await manager.openResult(account.name)
    assert.equal(manager.path(), `/accounts/${account.id}`)
  })

  it('shows it first from then on', async () => {
    const name = await manager.page.locator('h1').first().textContent()
    await manager.press('Control+k')
    assert.equal(await manager.firstRecent(), name)
    await manager.press('Escape')
    await manager.searchIsClosed()
  })
})

describe('a segment', { concurrency: false }, () => {
  it('is made of a filter, and has its members', async () => {
    const filter = { field: 'class', op: 'in', value: ['A'] }
    await manager.go(`/accounts?show=list&filter=${encodeURIComponent(JSON.stringify(filter))}`)
    const count = await manager.listed()
    const name = `A accounts ${process.pid}`
    await manager.makeSegment(name)
    assert.equal(await manager.members(name), count)
    assert.deepEqual(await manager.violations(), [])
    await manager.removeSegment()
  })

  it('nothing went to another host, nothing was refused by the content security policy', () => {
    assert.deepEqual(
      manager.faults.filter((fault) => !/status of 422/.test(fault)),
      [],
    )
  })
})

const money = (digits) => `$${Number(digits).toLocaleString('en-US')}`
