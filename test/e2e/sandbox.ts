import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { type FreshApp, startFreshApp } from '#test/support/app.ts'

/** A seeded sandbox with its connector and its simulated gateway, for all tests of a file: call at its top level. */
export function sandbox() {
  let fresh: FreshApp | undefined
  beforeAll(async () => {
    fresh = await startFreshApp()
  })
  afterAll(() => fresh?.close())
  return {
    url: () => fresh?.app.url ?? '',
    log: () => fresh?.app.log() ?? '',
  }
}

/** From the sign-in page to the page wanted, as one of the sandbox's people. */
export async function signInAs(page: Page, url: string, name: string, path = '/'): Promise<void> {
  await page.goto(`${url}/sign-in?next=${encodeURIComponent(path)}`)
  await page.getByRole('button', { name: `Continue as ${name}` }).click()
  await page.waitForURL((at) => at.pathname === path.split('?')[0])
}

/** Become somebody else through the person menu; one lands on the status page. */
export async function continueAs(page: Page, name: string): Promise<void> {
  const menu = page.locator('header').first().locator('details').last()
  await menu.locator('summary').click()
  await menu.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await page.locator('header summary', { hasText: name }).waitFor()
}
