/** What a manager does on the page of territories; a Person's page in hand. */
import assert from 'node:assert/strict'

export class Mapper {
  constructor(person) {
    this.person = person
    this.page = person.page
  }

  panel() {
    return this.page.locator('[data-alignment]')
  }

  /** Waits until everything painted is stored; gives the alignment as the server has it. */
  async stored() {
    await this.page.locator('[data-alignment][data-busy="false"]').waitFor()
    const id = await this.panel().getAttribute('data-alignment')
    return (await this.page.request.get(`/api/alignments/${id}`)).json()
  }

  /** A new draft from nothing. */
  async draft(name) {
    await this.person.go('/territories')
    await this.page.getByRole('button', { name: /^(Make the first draft|New)$/ }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByRole('radio', { name: 'Nothing' }).check()
    await dialog.getByRole('button', { name: 'Make the draft' }).click()
    await this.page.getByRole('button', { name: `${name} Draft` }).waitFor()
  }

  /** Divides the ground into so many; gives what the page says in the end. */
  async divide(count) {
    await this.page.getByRole('button', { name: 'Divide the ground…' }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Number of territories').fill(String(count))
    await dialog.getByRole('button', { name: 'Balance', exact: true }).click()
    const done = this.page.locator('[data-balanced="done"]')
    await done.waitFor()
    const says = await done.getByRole('status').textContent()
    await done.getByRole('button', { name: 'Keep' }).click()
    await done.waitFor({ state: 'detached' })
    return says
  }

  /** Cells by territory, as the list shows them. */
  async cells() {
    const rows = await this.page
      .locator('[data-territory]')
      .evaluateAll((items) => items.map((row) => [row.dataset.territory, Number(row.dataset.cells)]))
    return Object.fromEntries(rows)
  }

  /** Waits until the list shows these numbers of cells. */
  async cellsBecome(expected) {
    for (const [id, cells] of Object.entries(expected))
      await this.page.locator(`[data-territory="${id}"][data-cells="${cells}"]`).waitFor()
  }

  async #answered(path, act) {
    const answer = this.page.waitForResponse((r) => r.url().endsWith(path) && r.request().method() === 'POST')
    await act()
    const response = await answer
    assert.ok(response.ok(), `${response.status()} ${await response.text()}`)
    return response.json()
  }

  /**
   * Puts the cursor of the keys beside the middle of the map, and takes into the hand the
   * first territory that does not have the cell there: whatever it paints changes something.
   */
  async aimAtMiddle(tool) {
    await this.page.getByRole('button', { name: 'Brush', exact: true }).click()
    const canvas = this.page.locator('[data-map] canvas')
    await canvas.press('ArrowUp')
    const figures = /, [\d,]+ accounts?$/
    const says = this.page.locator('[data-cursor-says]', { hasText: figures })
    await says.waitFor({ state: 'attached' })
    const owner = (await says.textContent()).replace(figures, '')
    const names = await this.page.locator('[data-territory] strong').allTextContents()
    const at = names.findIndex((name) => name.trim() !== owner)
    if (tool) await this.page.getByRole('button', { name: tool, exact: true }).click()
    await canvas.press(String(at + 1))
    return names[at].trim()
  }

  /** Paints by keys alone with a brush of 19 cells; gives what the server answered. */
  async paintByKeys() {
    await this.page.getByRole('button', { name: 'Brush', exact: true }).click()
    await this.page.getByRole('button', { name: '19 cells' }).click()
    await this.aimAtMiddle()
    return this.#answered('/edits', () => this.page.keyboard.press('Space'))
  }

  /** What is said of the cell that the keys' cursor is on, once it is like this. */
  async hears(like) {
    const says = this.page.locator('[data-cursor-says]', { hasText: like })
    await says.waitFor({ state: 'attached' })
    return says.textContent()
  }

  /** Locks the cell under the keys' cursor, or unlocks it. */
  async lockByKeys() {
    const canvas = this.page.locator('[data-map] canvas')
    await canvas.press('k')
    await this.page.getByRole('button', { name: 'Lock cells', pressed: true }).waitFor()
    return this.#answered('/locks', () => canvas.press('Space'))
  }

  /** Paints one cell by keys, and while that is on its way somebody changes the draft. */
  async paintWhile(change) {
    await this.page.route(
      '**/edits',
      async (route) => {
        await change()
        await route.continue()
      },
      { times: 1 },
    )
    await this.page.getByRole('button', { name: '1 cell', exact: true }).click()
    await this.aimAtMiddle()
    const answer = this.page.waitForResponse((r) => r.url().endsWith('/edits'))
    await this.page.keyboard.press('Space')
    return (await answer).status()
  }

  /** What is said while something painted is not saved, once it is said. */
  async kept() {
    const bar = this.page.locator('[data-conflict]')
    await bar.waitFor()
    return (await bar.locator('span').first().textContent()).trim()
  }

  async paintAgain() {
    const answer = await this.#answered('/edits', () =>
      this.page.getByRole('button', { name: 'Paint again' }).click(),
    )
    await this.page.locator('[data-conflict]').waitFor({ state: 'detached' })
    return answer
  }

  /** Gives the draft another name, as somebody does elsewhere. */
  async renameElsewhere(name) {
    const { request } = this.page
    const id = await this.panel().getAttribute('data-alignment')
    const { csrfToken } = await (await request.get('/api/me')).json()
    const { version } = await (await request.get(`/api/alignments/${id}`)).json()
    const answer = await request.patch(`/api/alignments/${id}`, {
      data: { version, name },
      headers: { 'X-CSRF-Token': csrfToken },
    })
    assert.ok(answer.ok(), await answer.text())
  }

  /** Draws a rectangle over the middle of the map. */
  async rectangle() {
    await this.aimAtMiddle('Rectangle')
    const box = await this.page.locator('[data-map]').boundingBox()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    return this.#answered('/edits', async () => {
      await this.page.mouse.move(x - 70, y - 90)
      await this.page.mouse.down()
      await this.page.mouse.move(x, y, { steps: 4 })
      await this.page.mouse.move(x + 70, y + 90, { steps: 4 })
      await this.page.mouse.up()
    })
  }

  undo() {
    return this.#answered('/undo', () => this.page.keyboard.press('Control+z'))
  }

  redo() {
    return this.#answered('/redo', () => this.page.keyboard.press('Control+y'))
  }

  async sendForApproval(note) {
    await this.page.getByRole('button', { name: 'Send for approval' }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('What to look at').fill(note)
    await dialog.getByRole('button', { name: 'Send for approval' }).click()
    await this.page.locator('[data-state="in_review"]').waitFor()
  }

  async approve() {
    await this.page.getByRole('button', { name: 'Approve', exact: true }).click()
    await this.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await this.page.locator('[data-state="approved"]').waitFor()
  }
}
