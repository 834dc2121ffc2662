import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import {
  type App,
  appEnvironment,
  type DataDirectory,
  databaseVariables,
  dataDirectory,
  startApp,
} from '#test/support/app.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { type Gate, startGate } from '#test/support/gate.ts'
import { type PortalProxy, startProxy } from '#test/support/proxy.ts'

/** A portal between two doors: a proxy before it, and a gate to its database. */
export interface Surrounded {
  proxy: PortalProxy
  database: Gate
  db: FreshDb
  log(): string
  /** Stop the portal, and start it again by this command. */
  restart(command?: string[]): Promise<void>
  close(): Promise<void>
}

export async function startSurrounded(): Promise<Surrounded> {
  const db = await freshDb()
  const data: DataDirectory = dataDirectory()
  const { hostname, port } = new URL(db.ownerUrl)
  const database = await startGate(hostname, Number(port))
  const through = (url: string) => {
    const to = new URL(url)
    to.hostname = '127.0.0.1'
    to.port = String(database.port)
    return to.href
  }
  const variables = Object.entries(databaseVariables(db)).map(([name, value]) => [
    name,
    value.startsWith('postgres') ? through(value) : value,
  ])
  const env = await appEnvironment(data, Object.fromEntries(variables))
  let app: App = await startApp(env)
  const proxy = await startProxy(app.url)
  // at the same port again, so that the cookie, which carries it, is good
  const again = { ...env, PORT: new URL(app.url).port }
  let before = ''
  return {
    proxy,
    database,
    db,
    log: () => before + app.log(),
    restart: async (command) => {
      await app.stop()
      before += app.log()
      app = await startApp(again, command)
    },
    close: async () => {
      await proxy.close()
      await app.stop()
      await database.close()
      await db.close()
      data.remove()
    },
  }
}

const bar = (page: Page) => page.getByRole('status').filter({ hasText: /answer|fails/ })

/** The page says what it waits for, and that its figures are old, and is otherwise as it was. */
export async function expectWaiting(page: Page, words = /The portal does not answer\./): Promise<void> {
  // at one moment: on a busy machine the page may wait for a slow answer, and not wait any more, before anything is
  // away
  await expect
    .poll(() => page.evaluate(shown))
    .toEqual({
      bar: expect.stringMatching(words),
      isStale: true,
      heading: expect.not.stringMatching(/failed|does not answer/),
    })
  expect(await bar(page).innerText()).toMatch(/What you see is \d+ (s|min|h) old, from \d\d:\d\d:\d\d UTC\./)
}

/** Runs in the page. */
const shown = () => ({
  bar: [...document.querySelectorAll<HTMLElement>('[role=status]')].map((one) => one.innerText).join(' '),
  isStale: document.querySelector('main[data-stale]') !== null,
  heading: document.querySelector('h1')?.innerText ?? '',
})

/** The page is what it was before anything went wrong: nothing is stale, nothing was loaded whole. */
export async function expectAlive(page: Page): Promise<void> {
  await page.locator('main:not([data-stale])').waitFor()
  await bar(page).waitFor({ state: 'detached' })
}

/** Put a mark on the document that a load of the whole page would wipe off. */
export const mark = (page: Page): Promise<void> => page.evaluate(() => document.body.setAttribute('data-mark', 'same'))
export const isMarked = async (page: Page): Promise<boolean> => (await page.locator('body[data-mark]').count()) === 1
