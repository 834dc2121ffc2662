import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserTests } from '#test/support/browser.ts'
import { sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

/**
 * A page that was opened whole below an address that is no page (`/targets`) knew the page for addresses that do not
 * exist. Where the browser had to ask for routes first and the answer went astray, that page was shown in place of the
 * one that was asked for: empty.
 */
test('a page that was opened whole leads to every other without asking which pages there are', async () => {
  const page = await browser.newPage()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await signInAs(page, portal.url(), 'Casey Cedar', '/targets')
  const href = await page.locator('main a[href^="/targets/"]').first().getAttribute('href')
  await page.goto(`${portal.url()}${href}`)
  await page.getByRole('link', { name: 'Create password' }).click()
  await page.getByLabel('Reason').fill('Another client')
  await page.getByRole('button', { name: 'Create password' }).click()
  await page.getByText('Shown once').waitFor()
  expect(await page.locator('main code').first().innerText()).toMatch(/^[A-Z2-9]{32}$/)
  expect(asked.filter((path) => path === '/__manifest')).toEqual([])
})

test('the code of every page is there before it is needed, so that a page opens while its scripts cannot be had', async () => {
  const page = await browser.newPage()
  await signInAs(page, portal.url(), 'Hollis Harbor')
  await expect.poll(() => pagesWithoutCode(page), { timeout: 60_000 }).toEqual([])
  await page.context().route('**/assets/*.js', (route) => route.abort())
  for (const name of ['Groups', 'Requests', 'Targets', 'Source sessions', 'Feeds', 'Settings']) {
    await page.getByRole('navigation', { name: 'Portal' }).getByRole('link', { name }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }
})

/** The pages whose code the browser does not have yet. */
const pagesWithoutCode = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const loaded = new Set(
      performance
        .getEntriesByType('resource')
        .filter((entry) => (entry as PerformanceResourceTiming).responseEnd > 0)
        .map((entry) => new URL(entry.name).pathname),
    )
    const { routes } = (window as unknown as { __remixManifest: { routes: Record<string, { module: string }> } })
      .__remixManifest
    return Object.entries(routes)
      .filter(([, { module }]) => !loaded.has(module))
      .map(([name]) => name)
  })
