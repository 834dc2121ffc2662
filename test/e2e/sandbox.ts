import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import {
  type App,
  appEnvironment,
  type DataDirectory,
  databaseVariables,
  dataDirectory,
  startApp,
} from '#test/support/app.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

/** A seeded sandbox with its connector and its simulated gateway, for all tests of a file: call at its top level. */
export function sandbox() {
  let data: DataDirectory
  let db: FreshDb
  let app: App | undefined
  beforeAll(async () => {
    data = dataDirectory()
    db = await freshDb()
    app = await startApp(await appEnvironment(data, databaseVariables(db)))
  }, 180_000)
  afterAll(async () => {
    await app?.stop()
    await db?.close()
    data?.remove()
  }, 60_000)
  return {
    url: () => app?.url ?? '',
    log: () => app?.log() ?? '',
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
  const menu = page.locator('header details').last()
  await menu.locator('summary').click()
  await menu.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await page.locator('header summary', { hasText: name }).waitFor()
}
