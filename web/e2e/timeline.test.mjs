/** The record: a note that calls a colleague reaches their inbox live, a task is done and undone, a change is in the history. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
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

describe('the timeline of an account', { concurrency: false }, () => {
  let rep
  let manager
  let account
  before(async () => {
    rep = await open(browser, server.url)
    await rep.signIn('rep')
    manager = await open(browser, server.url, { size: 'phone', scheme: 'dark' })
    await manager.signIn('manager')
    account = await rep.page.evaluate(async () => {
      const answer = await fetch('/api/accounts?status=customer&class=C&limit=1')
      return (await answer.json()).items[0]
    })
  })
  after(async () => {
    await rep?.close()
    await manager?.close()
  })

  it('a note with a mention comes into the colleague’s inbox while they look at it', async () => {
    await manager.go('/tasks?view=inbox')
    await rep.go(`/accounts/${account.id}`)
    const note = rep.page.getByLabel('Write a note. @ calls a colleague.')
    await note.fill('The roof is <b>new</b>. Ask **twice**, @Mar')
    await note.press('End')
    await rep.page.getByRole('option', { name: 'Marcus Hale' }).click()
    await rep.page.getByRole('button', { name: 'Add note' }).click()
    const line = rep.page.getByRole('listitem').filter({ hasText: 'The roof is <b>new</b>.' }).first()
    await line.getByText('@Marcus Hale').waitFor()
    assert.equal(await line.locator('b').filter({ hasText: 'new' }).count(), 0, 'markup is text')
    // Nobody reloads: the server tells of it.
    await manager.page.getByText('mentioned you at').first().waitFor()
    await manager.page.getByText('The roof is <b>new</b>.').first().waitFor()
    await manager.page.getByRole('status', { name: /unread/ }).waitFor()
  })

  it('a task is done and undone', async () => {
    await rep.page.getByRole('button', { name: 'Task', exact: true }).click()
    await rep.page.getByLabel('What is to do?').fill('Send the price list')
    await rep.page.getByLabel('Due on').fill('2020-01-31')
    await rep.page.getByRole('button', { name: 'Add task' }).click()
    await rep.page.getByText('added a task').first().waitFor()
    await rep.go('/tasks')
    const overdue = rep.page.getByRole('region', { name: 'Overdue' })
    await overdue.getByRole('checkbox', { name: 'Done: Send the price list' }).first().click()
    const done = rep.page.getByRole('region', { name: 'Done' })
    await done.getByText('Send the price list').first().waitFor()
    await rep.page.getByRole('button', { name: 'Undo' }).click()
    await overdue.getByText('Send the price list').first().waitFor()
  })

  it('a change of a field stands in the timeline and the history, before and after', async () => {
    await rep.go(`/accounts/${account.id}`)
    const category = rep.page.getByLabel('Category', { exact: true })
    const before = await category.inputValue()
    await category.fill('Roofing 你好')
    await category.press('Enter')
    await rep.page.getByRole('tab', { name: 'History' }).click()
    const line = rep.page.getByRole('listitem').filter({ hasText: 'Roofing 你好' }).first()
    await line.waitFor()
    const text = await line.textContent()
    assert.match(text, /Rosa Keller/)
    if (before) assert.ok(text.includes(before), `${before} in ${text}`)
    await rep.page.getByRole('button', { name: 'Who sees this' }).click()
    await rep.page.getByText('Who can see this account').waitFor()
  })

  it('nothing went wrong in the pages', () => {
    assert.deepEqual([...rep.faults, ...manager.faults], [])
  })
})
