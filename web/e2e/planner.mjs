/** What a manager does with a plan of several reps and days. Knows the board's parts; the person knows the browser. */
export class Planner {
  constructor(person) {
    this.person = person
    this.page = person.page
  }

  // A new plan

  async newPlan() {
    await this.person.go('/plans/new')
    await this.page.getByRole('heading', { name: 'Plan a period' }).waitFor()
  }

  /** Chooses reps by name in the order given. */
  async chooseReps(names) {
    for (const name of names) {
      await this.page.locator('input[aria-label="Reps"]').fill(name)
      await this.page.getByRole('option', { name }).click()
    }
    await this.page.keyboard.press('Escape')
  }

  /** What falls due, as the form counts it: { overdue, due, never }. */
  async dueCounts() {
    const counts = this.page.getByRole('list', { name: 'Visits by reason' })
    await counts.waitFor()
    return counts
      .locator('[data-reason]')
      .evaluateAll((rows) =>
        Object.fromEntries(
          rows.map((row) => [row.dataset.reason, Number(row.querySelector('strong').textContent)]),
        ),
      )
  }

  /** Gives the search so long that it is still going on when somebody stops it. */
  async searchFor(time) {
    await this.page.getByRole('button', { name: /opening hours kept/ }).click()
    await this.page.locator('input[aria-haspopup="listbox"]').and(this.page.getByLabel('Search for')).click()
    await this.page.getByRole('option', { name: time }).click()
  }

  /** Starts; gives the plan's head as the server answers it, and what was asked for. */
  async start() {
    const created = this.page.waitForResponse((r) => /\/api\/plans\/periods$/.test(r.url()))
    await this.page.getByRole('button', { name: 'Start planning' }).click()
    const answer = await created
    if (!answer.ok()) throw new Error(`The plan was refused: ${answer.status()} ${await answer.text()}`)
    const head = await answer.json()
    await this.page.waitForURL(new RegExp(`/plans/${head.id}$`))
    return { head, asked: answer.request().postDataJSON() }
  }

  /** Waits for the first best so far, and stops the search with it. */
  async stopWithBest() {
    await this.page.locator('[data-best]').waitFor()
    await this.page.getByRole('button', { name: 'Stop and keep the best' }).click()
    await this.page.locator('[data-planning]').waitFor({ state: 'detached' })
    await this.page.locator('[data-lane] [data-visit]').first().waitFor()
  }

  // The board

  async board() {
    const id = this.person.path().split('/').pop()
    return (await this.page.request.get(`/api/plans/${id}/board`)).json()
  }

  /** The visits of a lane as they are on the screen, in order. */
  async lane({ repId, day }) {
    const row = this.page.locator(`[data-lane="${repId}/${day}"]`)
    await row.waitFor()
    return row.locator('[data-visit]').evaluateAll((all) => all.map((each) => Number(each.dataset.visit)))
  }

  /** Waits until a lane holds exactly these visits, in this order. */
  async laneBecomes({ repId, day }, visits) {
    await this.page.waitForFunction(
      ([key, wanted]) =>
        [...document.querySelectorAll(`[data-lane="${key}"] [data-visit]`)]
          .map((each) => each.dataset.visit)
          .join() === wanted,
      [`${repId}/${day}`, visits.join()],
    )
  }

  /**
   * Drags a visit behind the last one of a lane; gives what the board said about it before it was
   * dropped, and the server's board afterwards.
   */
  async dragToEndOf(visitId, { repId, day }) {
    const block = this.page.locator(`[data-lane] [data-visit="${visitId}"]`)
    const track = this.page.locator(`[data-lane="${repId}/${day}"] [data-track]`)
    const from = await block.boundingBox()
    const to = await track.boundingBox()
    const [x0, y0] = [from.x + from.width / 2, from.y + from.height / 2]
    const [x1, y1] = [to.x + to.width - 4, to.y + to.height / 2]
    await this.page.mouse.move(x0, y0)
    await this.page.mouse.down()
    for (let i = 1; i <= 12; i++)
      await this.page.mouse.move(x0 + ((x1 - x0) * i) / 12, y0 + ((y1 - y0) * i) / 12)
    const card = this.page.locator('[data-carried]')
    await card.getByText(/driving/).waitFor()
    const said = await card.innerText()
    await this.page.locator('[data-lane][data-rating]').first().waitFor()
    const ratings = await this.page
      .locator('[data-lane][data-rating]')
      .evaluateAll((rows) => rows.map((row) => row.dataset.rating))
    const board = await this.#answered(/\/moves$/, () => this.page.mouse.up())
    return { said, ratings, board }
  }

  undo() {
    return this.#answered(/\/undo$/, () => this.page.keyboard.press('Control+z'))
  }

  redo() {
    return this.#answered(/\/redo$/, () => this.page.keyboard.press('Control+Shift+z'))
  }

  /** Moves a visit with the keyboard alone, `steps` places to the right; gives the server's board. */
  async carryRight(visitId, steps) {
    await this.page.locator(`[data-lane] [data-visit="${visitId}"]`).focus()
    await this.page.keyboard.press('Space')
    await this.page.getByText(/^Lifted /).waitFor({ state: 'attached' })
    for (let i = 0; i < steps; i++) await this.page.keyboard.press('ArrowRight')
    return this.#answered(/\/moves$/, () => this.page.keyboard.press('Space'))
  }

  /** Publishes; gives what the summary said each rep gets, by rep. */
  async publish() {
    await this.page.getByRole('button', { name: 'Publish', exact: true }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('table').waitFor()
    const shares = await dialog.locator('[data-share]').evaluateAll((rows) =>
      rows.map((row) => ({
        repId: Number(row.dataset.share),
        days: Number(row.cells[1].textContent),
        visits: Number(row.cells[2].textContent),
      })),
    )
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click()
    await this.page.locator('[data-published="true"]').waitFor()
    return shares
  }

  async #answered(path, act) {
    const answer = this.page.waitForResponse(
      (r) => r.request().method() === 'POST' && path.test(new URL(r.url()).pathname),
    )
    await act()
    const response = await answer
    if (!response.ok()) throw new Error(`Refused: ${response.status()} ${await response.text()}`)
    return response.json()
  }
}
