import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshApp, startFreshApp } from '#test/support/app.ts'
import { browserTests } from '#test/support/browser.ts'
import { signInAs } from './sandbox.ts'

let portal: FreshApp
beforeAll(async () => {
  portal = await startFreshApp()
})
afterAll(() => portal?.close())
const browser = browserTests(() => portal?.app.log() ?? '')

/**
 * What somebody else does, told by the rows alone. Each is at an instant of its own: two between two readings are seen
 * as well.
 */
const withdraw = (number: number) =>
  portal.db.owner`
    update dc.requests set state = 'withdrawn', state_reason = 'Not needed', state_at = now() where number = ${number}`
const takeUp = (number: number) =>
  portal.db.owner`
    update dc.requests set state = 'with-firms', state_reason = null, state_at = now() where number = ${number}`

describe('what somebody else does to a request', () => {
  test('between the reading of its page and the first word of the stream is shown all the same', async () => {
    const page = await browser.newPage()
    let isWithdrawn = false
    await page.route('**/events/requests/3', async (route) => {
      if (!isWithdrawn) await withdraw(3)
      isWithdrawn = true
      await route.continue()
    })
    await signInAs(page, portal.app.url, 'Xan Xenon', '/requests/3')
    await page.locator('main header').getByText('Withdrawn').waitFor()
    await takeUp(3)
    await page
      .locator('main header')
      .getByText(/With clearing firms/)
      .waitFor()
  })

  test('is shown on the open list of requests, and by the figure beside it', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.app.url, 'Xan Xenon', '/requests?show=all')
    await page.getByText('1 request waits for you.').waitFor()
    await withdraw(3)
    await page.getByRole('row', { name: /Withdrawn/ }).waitFor()
    await page.getByText('Nothing waits for you.').waitFor()
    // the frame is read again when what waits has changed
    await expect.poll(() => page.locator('nav[aria-label="Portal"]').innerText()).not.toContain('waiting for you')
    await takeUp(3)
    await page.getByText('1 request waits for you.').waitFor()
  })

  test('reaches every tab of a browser, though one of them alone holds the stream', async () => {
    const first = await browser.newPage()
    await signInAs(first, portal.app.url, 'Xan Xenon', '/requests/3')
    const second = await first.context().newPage()
    await second.goto(`${portal.app.url}/requests/3`)
    await withdraw(3)
    for (const page of [first, second]) await page.locator('main header').getByText('Withdrawn').waitFor()
    await first.close()
    await takeUp(3)
    await second
      .locator('main header')
      .getByText(/With clearing firms/)
      .waitFor()
  })
})

test('a page that fails while it reads itself again stays as it was, says so, and goes on when it can', async () => {
  const page = await browser.newPage()
  await signInAs(page, portal.app.url, 'Xan Xenon', '/requests/3')
  await page
    .locator('main header')
    .getByText(/With clearing firms/)
    .waitFor()
  await page.route('**/requests/3.data*', (route) =>
    route.fulfill({ status: 500, headers: { 'X-Remix-Response': 'yes' }, body: '' }),
  )
  await withdraw(3)
  await page.getByRole('status').getByText('The portal fails on this page.').waitFor()
  expect(await page.locator('h1').innerText()).not.toMatch(/failed/)
  await page.unroute('**/requests/3.data*')
  await page.locator('main header').getByText('Withdrawn').waitFor()
  await takeUp(3)
})
