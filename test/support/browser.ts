import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { patienceMs } from './patience.ts'

const artifacts = fileURLToPath(new URL('../.artifacts', import.meta.url))

/** What a test does with the run's browser. */
export type BrowserTests = {
  /** A page in a context of its own: no cookies of anybody else. Closed after the test. */
  newPage(options?: BrowserContextOptions): Promise<Page>
}

/**
 * The browser also reports a response of 4xx or 5xx on the console; the tests check such responses themselves. The
 * framework aborts what it was reading when a page is left.
 */
const expectedOnConsole = /Failed to load resource: the server responded with a status|AbortError/
/** What the browser itself reports when a server is gone. */
const awayOnConsole = /Failed to load resource: net::ERR_|net::ERR_\w+$/

/**
 * Use the run's one browser in a test file: call at its top level. An error on a page's console, a
 * broken content security policy included, fails the test; a failed test leaves screenshots, the pages'
 * HTML and the server's log in test/.artifacts.
 * @param serverLog what the portal under test has said so far
 * @param options portalGoesAway: the tests take the portal away, and the browser may say so
 */
export function browserTests(serverLog: () => string, options: { portalGoesAway?: boolean } = {}): BrowserTests {
  const isExpected = (text: string) =>
    expectedOnConsole.test(text) || (options.portalGoesAway === true && awayOnConsole.test(text))
  let browser: Browser
  let pages: Page[] = []
  let complaints: string[] = []
  beforeAll(async () => {
    browser = await chromium.connect(inject('browserServer'))
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' || complaints.length > 0) await keep(task.name, pages, serverLog())
    for (const page of pages) await page.context().close()
    pages = []
    const found = complaints
    complaints = []
    expect(found, 'a page complained on its console').toEqual([])
  })
  afterAll(() => browser?.close())
  return {
    async newPage(contextOptions) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: 'en-US',
        ...contextOptions,
      })
      context.setDefaultTimeout(patienceMs)
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error' && !isExpected(message.text())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => {
        if (!isExpected(String(error))) complaints.push(String(error))
      })
      pages.push(page)
      return page
    },
  }
}

async function keep(title: string, pages: readonly Page[], serverLog: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true })
  const name = title.replace(/[^\w]+/g, '-').slice(0, 80)
  writeFileSync(join(artifacts, `${name}.log`), serverLog)
  for (const [index, page] of pages.entries()) {
    await page.screenshot({ path: join(artifacts, `${name}-${index}.png`), fullPage: true }).catch(() => undefined)
    writeFileSync(join(artifacts, `${name}-${index}.html`), await page.content().catch(() => ''))
  }
}

/** The checker as our pages need it: they have no frames, and only broken rules are asked for. */
export function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
}

/** Checks that no rule of WCAG 2.2 AA is broken, as far as a machine can see. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await axe(page)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target).join(' | ')})`,
  )
  expect(found, `accessibility of ${page.url()}`).toEqual([])
}
