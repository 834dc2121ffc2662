import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { launchOptions } from '#test/support/chromium.ts'
import type { Address } from './addresses.ts'

const looks = [1440, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
)

/** One person's pages, each wide and narrow, light and dark, as they are within a second of being opened. */
export async function photograph(
  origin: string,
  cookie: string,
  kind: string,
  addresses: readonly Address[],
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const browser = await chromium.launch(launchOptions())
  try {
    for (const look of looks) await photographAll(browser, { origin, cookie, kind, addresses, folder, ...look })
  } finally {
    await browser.close()
  }
}

async function photographAll(
  browser: Browser,
  asked: {
    origin: string
    cookie: string
    kind: string
    addresses: readonly Address[]
    folder: string
    width: number
    colorScheme: 'light' | 'dark'
  },
): Promise<void> {
  const { origin, cookie, kind, addresses, folder, width, colorScheme } = asked
  const context = await browser.newContext({ viewport: { width, height: width > 600 ? 900 : 844 }, colorScheme })
  const cookies = cookie.split('; ').map((one) => {
    const [name = '', ...value] = one.split('=')
    return { name, value: value.join('='), url: origin }
  })
  await context.addCookies(cookies)
  const page = await context.newPage()
  for (const { page: name, path } of addresses) {
    await page.goto(origin + path)
    await page.waitForTimeout(800)
    const file = `${name} ${kind} ${width} ${colorScheme}`.replace(/[^a-z0-9]+/gi, '-').toLowerCase()
    await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true })
  }
  await context.close()
}
