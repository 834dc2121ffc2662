import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshApp, startFreshApp } from '#test/support/app.ts'
import { browserTests, expectAccessible } from '#test/support/browser.ts'
import { writeHistory } from '#test/support/history.ts'
import { signInAs } from './sandbox.ts'

let fresh: FreshApp
let path: string
beforeAll(async () => {
  fresh = await startFreshApp({ SANDBOX_TRAFFIC: '0' })
  const [target] = await fresh.db.owner<{ session: string }[]>`
    select session_id as session from dc.targets where state = 'open' order by session_id limit 1`
  if (!target) throw new Error('the sandbox has no target')
  path = `/targets/${target.session}`
  await writeHistory(fresh.db.owner, { target: target.session, now: new Date(), hours: 26 }, (ago) =>
    ago > 20 && ago < 35 ? undefined : { received: 720, delivered: 600, waiting: 3 },
  )
})
afterAll(() => fresh?.close())
const browser = browserTests(() => fresh.app.log())

describe('a chart', () => {
  test('is drawn to the screen, keeps still, and says the values under the pointer in all its panels', async () => {
    const page = await browser.newPage({ reducedMotion: 'reduce' })
    await signInAs(page, fresh.app.url, 'Harper Harbor', path)
    await page.locator('.chart canvas').nth(1).waitFor()
    expect(await page.locator('.chart .drawn').first().isVisible()).toBe(false)
    await page.locator('.chart').scrollIntoViewIfNeeded()
    const box = await page.locator('.chart-plot').first().boundingBox()
    if (!box) throw new Error('the chart has no box')
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2)
    await page.getByText(/UTC · Received 12 a second · Delivered 10 a second · Waiting 6/).waitFor()
    await page.mouse.move(box.x + box.width * 0.55, box.y + box.height / 2)
    await page.getByText(/UTC · not heard/).waitFor()
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    await page.setViewportSize({ width: 390, height: 844 })
    await expect.poll(async () => (await page.locator('.chart canvas').first().boundingBox())?.width).toBeLessThan(300)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })

  test.each(['light', 'dark'] as const)(
    'breaks no rule of accessibility in the %s theme, with its table open',
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme })
      await signInAs(page, fresh.app.url, 'Harper Harbor', `${path}?span=24h`)
      await page.locator('.chart canvas').first().waitFor()
      await page.getByText('Figures as a table').click()
      await page.evaluate(() => scrollTo(0, 0)) // nothing is half under the bar
      await expectAccessible(page)
      await page.setViewportSize({ width: 390, height: 844 })
      await expectAccessible(page)
    },
  )

  test('is drawn by the server for a browser without JavaScript, with links for its spans and a table', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false })
    await signInAs(page, fresh.app.url, 'Harper Harbor', path)
    expect(await page.locator('.chart .drawn').first().isVisible()).toBe(true)
    const line = await page.locator('.chart .of-received .line').first().getAttribute('d')
    expect(line?.match(/M/g)).toHaveLength(2) // with one gap
    await page.getByText('10 a second in the busiest minute.').waitFor() // the portal's own job goes on with zeros
    await page.getByRole('link', { name: '24 h' }).click()
    await page.getByRole('heading', { name: 'Last 24 hours' }).waitFor()
    await page.getByText('Figures as a table').click()
    const table = page.getByRole('table', { name: /last 24 hours/ })
    expect(await table.getByRole('row').count()).toBe(97)
    await table.getByRole('columnheader', { name: 'Delivered a minute' }).waitFor()
  })
})
