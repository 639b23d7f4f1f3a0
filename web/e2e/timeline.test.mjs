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

  it('is linked, given a field of one’s own and a photo; what is removed comes back by undo', async () => {
    await addField(server.url, { key: 'dock', label: 'Loading dock', type: 'text' })
    await rep.go(`/accounts/${account.id}`)
    const { page } = rep
    const dock = page.getByLabel('Loading dock', { exact: true })
    await dock.fill('Gate 4, “ring twice”')
    await dock.press('Enter')

    const other = await page.evaluate(async (id) => {
      const answer = await fetch('/api/accounts?status=customer&class=A&limit=5')
      return (await answer.json()).items.find((one) => one.id !== id)
    }, account.id)
    await page.getByRole('button', { name: 'Link an account' }).click()
    const related = page.getByRole('region', { name: 'Related accounts' })
    await related
      .getByRole('combobox', { name: 'Account' })
      .or(related.getByRole('textbox', { name: 'Account' }))
      .first()
      .fill(other.name)
    await page.getByRole('option', { name: other.name }).first().click()
    await related.getByRole('button', { name: 'Save' }).click()
    const link = related.getByRole('link', { name: other.name })
    await link.waitFor()
    await related.getByRole('button', { name: `Remove the link to ${other.name}` }).click()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await link.waitFor()

    const png = await page.evaluate(() => {
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 8
      return canvas.toDataURL('image/png').split(',')[1]
    })
    const files = page.getByRole('region', { name: 'Files and photos' })
    await files
      .locator('input[type=file]')
      .setInputFiles({ name: 'shop window.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') })
    const photo = files.getByRole('img', { name: 'shop window.png' })
    await photo.waitFor()
    await files.getByRole('button', { name: 'Remove shop window.png' }).click()
    await photo.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await photo.waitFor()

    await rep.reload()
    await photo.waitFor()
    await link.waitFor()
    assert.equal(await dock.inputValue(), 'Gate 4, “ring twice”')
  })

  it('nothing went wrong in the pages', () => {
    assert.deepEqual([...rep.faults, ...manager.faults], [])
  })
})

/** An administrator adds a field to accounts; one that is there already stays. */
async function addField(url, field) {
  const send = (path, body, headers = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const signedIn = await send('/api/session', {
    email: 'admin@demo.waymark.example',
    password: 'waymark-demo',
  })
  assert.equal(signedIn.status, 200)
  const { csrfToken } = await signedIn.json()
  const cookie = signedIn.headers.getSetCookie()[0].split(';')[0]
  const made = await send('/api/custom-fields', field, { Cookie: cookie, 'X-CSRF-Token': csrfToken })
  assert.ok([201, 422].includes(made.status), await made.text())
}
