/** The market map: a figure is chosen, a class looked at, a hexagon looked into; what it counts is the list. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { cellToLatLng } from 'h3-js'
import { launch, open } from './person.mjs'
import { serve } from './serve.mjs'

let server
let browser
let marketer

before(async () => {
  server = await serve()
  browser = await launch()
  marketer = await open(browser, server.url)
  await marketer.signIn('marketer')
})

after(async () => {
  await marketer?.close()
  await browser?.close()
  await server?.stop()
})

const number = (text) => Number(text.replace(/\D/g, ''))
const legend = () => marketer.page.getByRole('region', { name: /^Legend: / }).first()
/** What a hexagon has of a figure, when it says so. */
const inHexagon = async (figure) => {
  const term = marketer.page
    .getByRole('region', { name: 'Hexagon', exact: true })
    .locator('dl > div', { has: marketer.page.getByText(figure, { exact: true }) })
    .locator('dd')
  await term.waitFor()
  return number(await term.textContent())
}
const address = (name, value) => marketer.page.waitForURL((url) => url.searchParams.get(name) === value)

describe('the market map', { concurrency: false }, () => {
  let cell

  it('shows a figure in classes, and keeps in the address what was chosen', async () => {
    await marketer.go('/regions?res=6')
    await marketer.page.getByLabel('Figure', { exact: true }).selectOption('accounts')
    await address('figure', 'accounts')
    await marketer.page.getByText('Natural', { exact: true }).click()
    await address('breaks', 'natural')
    await marketer.mapDrawn()
    const classes = legend().getByRole('listitem')
    await classes.nth(2).waitFor()
    const counts = await classes.locator('button > span:last-child').allTextContents()
    assert.ok(counts.length >= 3 && counts.every((text) => number(text) > 0), counts.join())
  })

  it('looks at one class when the legend is clicked, and at all again', async () => {
    const last = legend().getByRole('listitem').last().getByRole('button')
    const of = await legend().getByRole('listitem').count()
    await last.click()
    await address('only', String(of - 1))
    assert.equal(await last.getAttribute('aria-pressed'), 'true')
    await legend().getByRole('button', { name: 'Look at all classes' }).click()
    await address('only', null)
  })

  it('counts as many accounts in a hexagon as the list behind it', async () => {
    const largest = marketer.page.getByRole('region', { name: /^Hexagons with the most/ }).getByRole('button')
    await largest.first().click()
    await marketer.page.waitForURL((url) => url.searchParams.has('cell'))
    cell = new URL(marketer.page.url()).searchParams.get('cell')
    const accounts = await inHexagon('Accounts')
    assert.ok(accounts > 0)
    await marketer.page.getByRole('link', { name: `Open the ${accounts} accounts` }).click()
    await marketer.page.waitForURL((url) => url.pathname === '/accounts')
    assert.equal(await marketer.listedAre(accounts), accounts)
    await marketer.page.goBack()
    await marketer.page.waitForURL((url) => url.searchParams.get('cell') === cell)
  })

  it('goes to the hexagon beside with an arrow key', async () => {
    const walk = marketer.page.getByRole('button', { name: 'Next with arrows' })
    await walk.focus()
    await marketer.press('ArrowRight')
    await marketer.page.waitForURL((url) => url.searchParams.get('cell') !== cell)
    await marketer.press('ArrowLeft')
  })

  it('sums up the hexagons that were picked before anything is done with them', async () => {
    await marketer.go(`/regions?res=6&figure=accounts&cell=${cell}`)
    const accounts = await inHexagon('Accounts')
    await marketer.page.getByRole('button', { name: 'Add to selection' }).click()
    await address('cells', cell)
    assert.equal(await marketer.selectedAccounts(), accounts)
    await marketer.selection().getByRole('heading', { name: 'By owner' }).waitFor()
    await marketer.selection().getByRole('button', { name: 'Clear', exact: true }).last().click()
    await address('cells', null)
  })

  it('picks a hexagon with shift and a click, and lets it go with another', async () => {
    const [lat, lon] = cellToLatLng(cell)
    await marketer.go(`/regions?res=6&figure=accounts&lon=${lon.toFixed(5)}&lat=${lat.toFixed(5)}&zoom=10`)
    await legend().getByRole('listitem').first().waitFor()
    await marketer.mapDrawn()
    const map = await marketer.page.locator('[data-map]').boundingBox()
    const shiftClick = async () => {
      await marketer.page.keyboard.down('Shift')
      await marketer.page.mouse.click(map.x + map.width / 2, map.y + map.height / 2)
      await marketer.page.keyboard.up('Shift')
    }
    await shiftClick()
    await address('cells', cell)
    assert.ok((await marketer.selectedAccounts()) > 0)
    await shiftClick()
    await address('cells', null)
  })

  it('hands figures out without those of small hexagons', async () => {
    await marketer.page.getByRole('button', { name: 'Export for others' }).click()
    const file = marketer.page.getByRole('menuitem', { name: 'Map (GeoJSON)' })
    const answer = await marketer.page.request.get(await file.getAttribute('href'))
    assert.equal(answer.status(), 200)
    const { features } = await answer.json()
    const withheld = features.filter((f) => f.properties.withheld)
    assert.ok(withheld.length > 0 && withheld.length < features.length)
    assert.ok(withheld.every((f) => f.properties.accounts === null && f.properties.revenue === null))
    assert.ok(
      features.every(
        (f) => f.properties.accounts === null || f.properties.accounts === 0 || f.properties.accounts >= 5,
      ),
    )
    await marketer.press('Escape')
  })

  it('shows two figures side by side, and blended with a legend of nine', async () => {
    await marketer.go('/regions?res=6&figure=accounts&with=openProspects')
    const maps = marketer.page.locator('[data-map]')
    await maps.nth(1).waitFor()
    assert.equal(await maps.count(), 2)
    await marketer.page.getByText('Blended', { exact: true }).click()
    await address('as', 'blend')
    const pairs = legend().getByRole('button', { name: /hexagons \d/ })
    await pairs.nth(8).waitFor()
    assert.equal(await pairs.count(), 9)
    assert.deepEqual(await marketer.violations(), [])
  })

  it('looks for hot spots', async () => {
    await marketer.go('/regions?res=6&figure=accounts')
    await marketer.page.getByRole('combobox', { name: 'Analysis' }).selectOption('hotspots')
    await marketer.page.getByText(/\d+ hot and \d+ cold hexagons/).waitFor()
    await legend().getByText('Not beyond chance').waitFor()
    assert.deepEqual(marketer.faults, [])
  })
})
