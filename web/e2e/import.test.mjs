/** A file with mistakes is mapped, corrected in place, imported, seen on the list, and taken back. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'

const file = [
  'Customer no;Company;E-mail;Street;Zip;City;Latitude;Longitude;Status',
  'ZZ-1;Zephyr Tile Works;info@zephyr.example;;;;39,158;-75,524;Kunde',
  'ZZ-2;Zephyr Windows;office(at)zephyr.example;;;;-75,53;39,16;lead',
  'ZZ-3;;nobody@zephyr.example;;;;;;',
].join('\r\n')

let server
let browser
let manager

before(async () => {
  server = await serve()
  browser = await launch()
  manager = await open(browser, server.url, { size: 'desk' })
  await manager.signIn('manager')
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

const named = async () => {
  const answer = await manager.page.request.get('/api/accounts?q=zephyr&limit=10')
  return (await answer.json()).items.map((row) => row.name).sort()
}

describe('an import', { concurrency: false }, () => {
  it('guesses what the columns of a file hold', async () => {
    const { page } = manager
    await manager.go('/data/imports')
    await page.locator('input[type=file]').setInputFiles({
      name: 'zephyr.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`\ufeff${file}`),
    })
    await page.getByRole('heading', { name: 'What the columns hold' }).waitFor()
    // The names of the fields come a moment later than the columns.
    const fills = (column, field) =>
      page
        .getByRole('combobox', { name: `Field that ${column} fills` })
        .and(page.locator(`[value="${field}"]`))
        .waitFor()
    await fills('Company', 'Name')
    await fills('Customer no', 'External number')
    assert.deepEqual(await manager.violations(), [])
  })

  it('says what is wrong in which row, and takes a correction', async () => {
    const { page } = manager
    await page.getByRole('button', { name: 'Check the rows' }).click()
    await page.getByRole('heading', { name: 'What was found' }).waitFor()
    const second = page.locator('[data-row="3"]')
    await second.getByText('This is no e-mail address.').waitFor()
    await second.getByText('Latitude and longitude were swapped: taken as 39.16, -75.53.').waitFor()
    assert.deepEqual(await manager.violations(), [])
    await second.getByRole('button', { name: 'Use “office@zephyr.example”' }).click()
    await second.getByText('This is no e-mail address.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Import 2 rows' }).waitFor()
    assert.deepEqual(await named(), [], 'nothing is written before it is asked for')
  })

  it('writes the good rows, which the list then has', async () => {
    const { page } = manager
    await page.getByRole('button', { name: 'Import 2 rows' }).click()
    await page.getByRole('button', { name: 'Undo the import' }).waitFor()
    assert.deepEqual(await named(), ['Zephyr Tile Works', 'Zephyr Windows'])
    await manager.go('/accounts?q=zephyr')
    await page.getByText('Zephyr Tile Works').first().waitFor()
  })

  it('is undone', async () => {
    const { page } = manager
    await manager.go('/data/imports')
    await page
      .getByRole('link', { name: /zephyr\.csv/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Undo the import' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Undo the import' }).click()
    await page.getByText('accounts removed').waitFor()
    assert.deepEqual(await named(), [])
    assert.deepEqual(manager.faults, [])
  })
})
