/**
 * Someone who uses the product in a browser. Only this file knows the browser; specs
 * speak of what people do: `await rep.lassoAround(wilmington)`.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const patience = Number(process.env.WAYMARK_E2E_PATIENCE ?? 45_000)

export const sizes = {
  desk: { viewport: { width: 1440, height: 900 }, hasTouch: false, isMobile: false },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  })

export async function open(browser, url, { size = 'desk', scheme = 'light' } = {}) {
  const context = await browser.newContext({
    ...sizes[size],
    baseURL: url,
    colorScheme: scheme,
    locale: 'en-US',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(patience)
  return new Person(await context.newPage(), url, size)
}

class Person {
  constructor(page, url, size) {
    this.page = page
    this.size = size
    this.url = url
    /** Requests to another host, refusals by the content security policy, errors of the page. */
    this.faults = []
    const origin = new URL(url).origin
    page.on('request', (request) => {
      const to = request.url()
      if (/^https?:/.test(to) && new URL(to).origin !== origin) this.faults.push(`request to ${to}`)
    })
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 401/.test(message.text()))
        this.faults.push(message.text())
      else if (/content security policy/i.test(message.text())) this.faults.push(message.text())
    })
    page.on('pageerror', (error) => this.faults.push(String(error)))
  }

  close() {
    return this.page.context().close()
  }

  async signIn(role) {
    await this.page.goto('/')
    await this.page.getByLabel('E-mail address').fill(`${role}@demo.waymark.example`)
    await this.page.getByLabel('Password', { exact: true }).fill('waymark-demo')
    await this.page.getByRole('button', { name: 'Sign in' }).click()
    await this.page.getByRole('link', { name: 'Map', exact: true }).waitFor()
  }

  async go(path) {
    await this.page.goto(path)
    await this.page.locator('h1').first().waitFor({ state: 'attached' })
  }

  reload() {
    return this.page.reload()
  }

  path() {
    return new URL(this.page.url()).pathname
  }

  // The map

  /** Waits until everything in view is drawn. */
  mapDrawn() {
    return this.page.locator('[data-map][data-idle="true"]').waitFor()
  }

  lookAt({ lon, lat, zoom }) {
    return this.go(`/?lon=${lon}&lat=${lat}&zoom=${zoom}`)
  }

  /** What the map says is in view, once it shows some of both: { accounts, prospects }. */
  async inView() {
    await this.mapDrawn()
    const says = this.page.locator('[data-in-view]', { hasText: /[1-9][\d,]* accounts?, [1-9]/ })
    await says.waitFor({ state: 'attached' })
    const [accounts, prospects] = (await says.textContent())
      .match(/\d[\d,]*/g)
      .map((n) => Number(n.replaceAll(',', '')))
    return { accounts, prospects }
  }

  /** Draws a ring by hand around the middle of the map, its radius a share of the map's smaller side. */
  async lassoAroundMiddle(share = 0.3) {
    await this.page.getByRole('button', { name: 'Lasso' }).click()
    const surface = this.page.locator('[data-drawing]')
    await surface.waitFor()
    const box = await surface.boundingBox()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const r = share * Math.min(box.width, box.height)
    const ring = Array.from({ length: 41 }, (_, i) => [
      x + r * Math.cos((i / 40) * 2 * Math.PI),
      y + r * Math.sin((i / 40) * 2 * Math.PI),
    ])
    if (this.size === 'phone') await this.#swipe(ring)
    else await this.#drag(ring)
    await this.selection().waitFor()
  }

  selection() {
    return this.page.getByRole('region', { name: 'Selection', exact: true })
  }

  async selectedAccounts() {
    const title = this.selection().getByRole('heading', { name: /accounts? selected/ })
    await title.waitFor()
    return Number((await title.textContent()).match(/\d+/)[0])
  }

  planSelection() {
    return this.selection().getByRole('button', { name: 'Plan visits' }).click()
  }

  // Areas of a drive time

  /** What the address bar says, by name. */
  query() {
    return Object.fromEntries(new URL(this.page.url()).searchParams)
  }

  /** Chooses the tool and clicks the middle of the map. */
  async reachFromMiddle() {
    await this.page.getByRole('button', { name: 'Within a drive time' }).click()
    const surface = this.page.locator('[data-drawing]')
    await surface.waitFor()
    await surface.click()
    await this.selection().waitFor()
  }

  /** From the card of the account that is selected. */
  async reachFromAccount() {
    await this.page.getByRole('button', { name: /^Within 20 min of here/ }).click()
    await this.selection().waitFor()
  }

  async changeMinutesByKeyboard(key, minutes) {
    await this.page.getByRole('slider', { name: 'Drive time in minutes' }).focus()
    await this.page.keyboard.press(key)
    await this.page.waitForURL((url) => url.searchParams.get('reach')?.endsWith(`,${minutes}`))
  }

  /** How many accounts the server finds in the area, once the card says so too. */
  async selectedAccountsOf(minutes) {
    const { reach } = this.query()
    if (!reach?.endsWith(`,${minutes}`)) throw new Error(`The area is ${reach}, not of ${minutes} minutes`)
    const answer = await this.page.request.get(`/api/accounts/selection?reach=${encodeURIComponent(reach)}`)
    const { total } = await answer.json()
    await this.selection()
      .getByRole('heading', { name: new RegExp(`^${total} accounts? selected`) })
      .waitFor()
    return total
  }

  async showAsList() {
    await this.selection().getByRole('button', { name: 'Show as list' }).click()
    await this.page.waitForURL(/\/accounts\?/)
  }

  /** How many accounts the list says it has. */
  async listed() {
    const says = this.page.getByRole('status').filter({ hasText: /^[\d,]+ accounts?$/ })
    await says.waitFor()
    return Number((await says.textContent()).match(/[\d,]+/)[0].replaceAll(',', ''))
  }

  condition(name) {
    return this.page.getByRole('button', { name })
  }

  /** Takes away a condition that some accounts do not meet; gives how many the list has then. */
  async removeCondition(name) {
    const before = (await this.listed()).toLocaleString('en-US')
    await this.condition(name).click()
    await this.page
      .getByRole('status')
      .filter({ hasText: /^[\d,]+ accounts?$/, hasNotText: new RegExp(`^${before} accounts?$`) })
      .waitFor()
    return this.listed()
  }

  /** Some account that has a place. */
  async anAccount() {
    const answer = await this.page.request.get('/api/accounts?limit=20&sort=name')
    return (await answer.json()).items.find((row) => row.site)
  }

  // Lists, views and segments

  /** "+ Filter", a field by typing, then what `fill` does with its editor; closed at the end. */
  async addCondition(field, fill) {
    await this.page.getByRole('button', { name: 'Filter', exact: true }).click()
    await this.page.getByLabel('Type to find a field').fill(field)
    await this.page.keyboard.press('Enter')
    const editor = this.page.locator('form').filter({ has: this.page.getByLabel('Operation') })
    await editor.waitFor()
    await fill(editor)
    await this.page.keyboard.press('Escape')
    await editor.waitFor({ state: 'detached' })
  }

  /** The filter in words, once it says what is expected. */
  async sentence(like) {
    const says = this.page.locator('[data-sentence]', { hasText: like })
    await says.waitFor()
    return says.textContent()
  }

  /** The filter of the address bar. */
  filter() {
    return JSON.parse(this.query().filter)
  }

  /** How many the server finds for the filter of the address bar. */
  async matching(filter = this.filter()) {
    const answer = await this.page.request.get(
      `/api/accounts?limit=1&filter=${encodeURIComponent(JSON.stringify(filter))}`,
    )
    return (await answer.json()).total
  }

  /** Waits until the list says that it has so many. */
  async listedAre(count) {
    await this.page
      .getByRole('status')
      .filter({ hasText: new RegExp(`^${count.toLocaleString('en-US')} accounts?$`) })
      .waitFor()
    return this.listed()
  }

  async saveAsView(name) {
    await this.page.getByRole('button', { name: 'Save as', exact: true }).click()
    await this.page.getByLabel('Name', { exact: true }).fill(name)
    await this.page.keyboard.press('Enter')
  }

  /** The name of the view that is shown, once it is this one. */
  async viewName(name) {
    await this.page.getByRole('heading', { level: 1, name }).waitFor()
    return this.page.locator('h1').first().textContent()
  }

  async viewIsChanged() {
    return (await this.page.locator('[data-view-changed]').count()) > 0
  }

  cell(row, key) {
    return this.page
      .locator(`[role="row"][aria-rowindex="${row + 2}"], tr[aria-rowindex="${row + 2}"]`)
      .locator(`td[data-key="${key}"]`)
  }

  async cellText(row, key, like) {
    const cell = this.cell(row, key)
    await (like === undefined ? cell : cell.filter({ hasText: like })).waitFor()
    return cell.textContent()
  }

  /** Goes to a cell with the arrow keys, opens it with E, writes and presses enter. */
  async editCell(row, key, text) {
    await this.page.getByRole('grid').focus()
    await this.page.keyboard.press('ArrowDown')
    await this.page.keyboard.press('Control+Home')
    await this.page.keyboard.press('Home')
    for (let i = 0; i < row; i++) await this.page.keyboard.press('ArrowDown')
    const place = await this.cell(row, key).evaluate((cell) => Number(cell.id.split('-').at(-1)))
    for (let i = 0; i < place; i++) await this.page.keyboard.press('ArrowRight')
    await this.page.keyboard.press('e')
    await this.cell(row, key).getByRole('textbox').waitFor()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.type(text)
    const saved = this.page.waitForResponse((r) => r.request().method() === 'PATCH')
    await this.page.keyboard.press('Enter')
    const response = await saved
    if (!response.ok()) throw new Error(`Not saved: ${response.status()} ${await response.text()}`)
  }

  /** Checks the rows that are loaded, then all that match, if there are more. */
  async checkAll() {
    await this.page.getByRole('checkbox', { name: /^Check the .* loaded$/ }).click()
    const bar = this.page.getByRole('region', { name: 'What to do with the checked accounts' })
    await bar.waitFor()
    const all = bar.getByRole('button', { name: /^Check all/ })
    if ((await all.count()) > 0) await all.click()
  }

  async tagChecked(tag) {
    await this.page.getByRole('button', { name: 'Tag', exact: true }).click()
    await this.page.getByLabel('Add these tags').first().fill(tag)
    await this.page.keyboard.press('Enter')
    await this.page.getByRole('button', { name: /^Apply to/ }).click()
  }

  /** A message at the bottom. */
  async said(like) {
    await this.page.locator('.mantine-Notification-root').filter({ hasText: like }).first().waitFor()
  }

  /** Takes back what a message tells of. */
  takeBack(like) {
    const told = this.page.locator('.mantine-Notification-root').filter({ hasText: like }).first()
    return told.getByRole('button', { name: 'Undo', exact: true }).click()
  }

  tagged(tag) {
    return this.matching({ field: 'tags', op: 'has_any', value: [tag] })
  }

  showBoth() {
    return this.page.locator('label').filter({ hasText: 'Both' }).click()
  }

  /** The filters that are asked of tiles from now on. */
  watchFilters() {
    const tiles = new Set()
    this.page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.pathname.startsWith('/tiles/accounts')) tiles.add(url.searchParams.get('filter'))
    })
    return () => ({ tiles: [...tiles] })
  }

  /** What the server has against a condition. */
  async refusal(condition) {
    const chip = this.page.locator('[data-error="true"]', { hasText: condition })
    await chip.waitFor()
    await chip.getByRole('button').first().click()
    return this.page.getByRole('dialog').getByRole('alert').textContent()
  }

  /** An account with a name of its own, and that name with two letters changed about. */
  async accountToMistype() {
    const answer = await this.page.request.get('/api/accounts?limit=200&sort=name')
    const { items } = await answer.json()
    const names = items.map((row) => row.name)
    const account = items.find(
      ({ name }) =>
        /^[A-Z][a-z]{6,} [A-Z][a-z]{4,}$/.test(name) && names.filter((n) => n === name).length === 1,
    )
    const letters = [...account.name]
    ;[letters[3], letters[4]] = [letters[4], letters[3]]
    return { ...account, mistyped: letters.join('') }
  }

  async typeInSearch(text) {
    await this.page.getByRole('searchbox', { name: /^Search accounts, contacts/ }).fill(text)
  }

  results() {
    return this.page.getByRole('listbox', { name: 'Results' }).getByRole('option')
  }

  searchIsClosed() {
    return this.page.getByRole('listbox', { name: 'Results' }).waitFor({ state: 'detached' })
  }

  /** The name that stands first once it is known what was opened lately. */
  async firstRecent() {
    await this.page.getByRole('listbox', { name: 'Results' }).getByText('Recent', { exact: true }).waitFor()
    return this.results().first().locator('span span').first().textContent()
  }

  async openResult(name) {
    await this.results().filter({ hasText: name }).first().waitFor()
    await this.page.keyboard.press('Enter')
    await this.page.getByRole('heading', { level: 1, name }).waitFor()
  }

  async makeSegment(name) {
    await this.page.getByRole('button', { name: 'Make a segment of this filter' }).click()
    await this.page.getByLabel('Name', { exact: true }).fill(name)
    await this.page.getByRole('button', { name: 'Create segment' }).click()
    await this.page.waitForURL(/\/segments\/\d+/)
  }

  /** How many members a segment's page says it has. */
  async members(name) {
    await this.page.getByRole('heading', { level: 1, name }).waitFor()
    const fact = this.page
      .locator('dl div')
      .filter({ hasText: /^Accounts/ })
      .locator('dd')
    return Number((await fact.textContent()).replaceAll(',', ''))
  }

  async removeSegment() {
    await this.page.getByRole('button', { name: 'Change', exact: true }).click()
    await this.page.getByRole('menuitem', { name: 'Delete' }).click()
    await this.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await this.page.waitForURL(/\/segments$/)
  }

  // Directions

  /** The legs that have directions, in the order of the day. */
  leg(place) {
    return this.page.locator('[data-leg]').nth(place)
  }

  openWays() {
    return this.page.locator('[data-directions]').count()
  }

  press(key) {
    return this.page.keyboard.press(key)
  }

  /** Opens the directions to stop `index`: what the server answered, and what is shown. */
  async openDirections(index) {
    const answered = this.page.waitForResponse((r) => /\/api\/directions\?/.test(r.url()))
    const name = (await this.stops())[index].name
    await this.page
      .locator('[data-leg]')
      .and(this.page.getByRole('button', { name: ` to ${name}, directions` }))
      .click()
    const answer = await (await answered).json()
    const rows = this.page.locator('[data-directions] li')
    await rows.first().waitFor()
    const steps = await rows.evaluateAll((items) =>
      items.map((item) => {
        const [text, distance] = item.querySelectorAll('span')
        return {
          manoeuvre: item.querySelector('svg').dataset.manoeuvre,
          text: text.textContent,
          distance: distance?.textContent ?? '',
        }
      }),
    )
    return { answer, steps }
  }

  // Planning

  chosenVisits() {
    return this.page.getByRole('heading', { name: /visits? chosen/ }).textContent()
  }

  async chooseDue() {
    await this.page.getByRole('button', { name: /^Add the first/ }).click()
    await this.page.waitForURL(/siteIds=/)
  }

  /** Presses Plan and waits for the stops; gives the seconds that took. */
  async plan() {
    const began = performance.now()
    await this.page.getByRole('button', { name: 'Plan', exact: true }).click()
    await this.page.locator('[data-site]').first().waitFor()
    return (performance.now() - began) / 1000
  }

  /** Says at a time of the day that a visit will not take place, looks at the rest and takes it. */
  async cancelFromHere(name, at) {
    await this.page.getByRole('button', { name: 'From here' }).click()
    const dialog = this.page.getByRole('dialog')
    const made = dialog.getByRole('checkbox', { checked: true })
    while ((await made.count()) > 0) await made.last().uncheck()
    await dialog.getByLabel('It is').fill(at)
    await dialog.getByRole('button', { name: `Cancel the visit to ${name}` }).click()
    await dialog.locator('[data-kind="out"]', { hasText: name }).waitFor()
    const answered = this.page.waitForResponse((r) => /\/repair$/.test(r.url()) && r.ok())
    await dialog.getByRole('button', { name: 'Use these times' }).click()
    await answered
    await dialog.waitFor({ state: 'hidden' })
    await this.page.getByRole('button', { name: 'Take back' }).waitFor()
  }

  async takeBackRepair() {
    const button = this.page.getByRole('button', { name: 'Take back' })
    await button.click()
    await button.waitFor({ state: 'hidden' })
  }

  async stops() {
    return this.page.locator('[data-site]').evaluateAll((rows) =>
      rows.map((row) => ({
        site: Number(row.dataset.site),
        name: row.querySelector('a').textContent,
        arrives: row.querySelector('time').dateTime,
      })),
    )
  }

  /** The plan as the server has it. */
  async storedPlan() {
    const answer = await this.page.request.get(`/api${this.path()}`)
    return answer.json()
  }

  async enlargeSheet() {
    if (this.size !== 'phone') return
    const handle = this.page.getByRole('button', { name: 'Make the plan larger' })
    if (await handle.isVisible()) await handle.click()
  }

  handle(place) {
    return this.page
      .locator('[data-site]')
      .nth(place - 1)
      .getByRole('button', { name: /^Move / })
  }

  /** Drags stop `from` to the place of stop `to`, by mouse or by finger, and waits for the new times. */
  async dragStop(from, to) {
    await this.handle(from).scrollIntoViewIfNeeded()
    const a = await this.handle(from).boundingBox()
    const b = await this.handle(to).boundingBox()
    const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2]
    const [[x, y0], [, y1]] = [middle(a), middle(b)]
    const past = Math.sign(y1 - y0) * 8
    const way = Array.from({ length: 16 }, (_, i) => [x, y0 + ((y1 + past - y0) * i) / 15])
    await this.#answered(() => (this.size === 'phone' ? this.#swipe(way) : this.#drag(way)))
  }

  /** Moves stop `from` down by `steps` with the keyboard alone. */
  async moveStopByKeyboard(from, steps) {
    // In the middle of the list, so that there is room to move without scrolling.
    await this.handle(from).evaluate((element) => element.scrollIntoView({ block: 'center' }))
    await this.handle(from).focus()
    await this.page.keyboard.press('Space')
    await this.page.getByText(/^Lifted /).waitFor({ state: 'attached' })
    await this.#seen()
    for (let i = 0; i < steps; i++) {
      await this.page.keyboard.press('ArrowDown')
      await this.page.getByText(new RegExp(`is now stop ${from + i + 1} of`)).waitFor({ state: 'attached' })
      await this.#seen()
    }
    await this.#answered(() => this.page.keyboard.press('Space'))
  }

  undo() {
    return this.#answered(() => this.page.getByRole('button', { name: 'Undo the change of order' }).click())
  }

  redo() {
    return this.#answered(() => this.page.getByRole('button', { name: 'Redo the change of order' }).click())
  }

  async takeOut(place) {
    await this.page
      .locator('[data-site]')
      .nth(place - 1)
      .getByRole('button', { name: /^More for/ })
      .click()
    await this.#answered(() => this.page.getByRole('menuitem', { name: 'Take out of the day' }).click())
  }

  putIn(name) {
    return this.#answered(() => this.page.getByRole('button', { name: `Put ${name} into the day` }).click())
  }

  /** Does something that changes the order and waits until the server's times are on the page. */
  async #answered(act) {
    const answer = this.page.waitForResponse(
      (r) => r.request().method() === 'PUT' && /\/order$/.test(r.url()),
    )
    await act()
    const response = await answer
    if (!response.ok())
      throw new Error(`The new order was refused: ${response.status()} ${await response.text()}`)
    await this.page.locator('ol[aria-busy="false"]').waitFor()
  }

  /** A picture of what is to be seen now. */
  picture(path) {
    return this.page.screenshot({ path })
  }

  // What everyone must be able to do

  /** Violations of accessibility rules on the page as it is. */
  async violations() {
    await this.page.evaluate(axe)
    return this.page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] })
      return violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
      )
    })
  }

  /** Compressed bytes of the scripts that a path loads, by file name. */
  async scriptsOf(path) {
    const client = await this.page.context().newCDPSession(this.page)
    await client.send('Network.enable')
    await client.send('Network.setCacheDisabled', { cacheDisabled: true })
    const names = new Map()
    const bytes = new Map()
    client.on('Network.responseReceived', ({ requestId, response }) => {
      if (/\.m?js($|\?)/.test(response.url))
        names.set(requestId, new URL(response.url).pathname.split('/').pop())
    })
    client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      bytes.set(requestId, encodedDataLength),
    )
    await this.page.goto(path, { waitUntil: 'networkidle' })
    await client.detach()
    return Object.fromEntries([...names].map(([id, name]) => [name, bytes.get(id) ?? 0]))
  }

  /** What has changed is on the screen, and timers that began with it have run: nobody presses a key before. */
  #seen() {
    return this.page.evaluate(
      () =>
        new Promise((done) => {
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))
        }),
    )
  }

  async #drag(way) {
    const [first, ...others] = way
    await this.page.mouse.move(...first)
    await this.page.mouse.down()
    for (const [x, y] of others) await this.page.mouse.move(x, y)
    await this.page.mouse.up()
  }

  async #swipe(way) {
    const client = await this.page.context().newCDPSession(this.page)
    const touch = (type, points) => client.send('Input.dispatchTouchEvent', { type, touchPoints: points })
    const [first, ...others] = way
    await touch('touchStart', [{ x: first[0], y: first[1] }])
    for (const [x, y] of others) await touch('touchMove', [{ x, y }])
    await touch('touchEnd', [])
    await client.detach()
  }
}
