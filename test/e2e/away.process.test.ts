import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserTests } from '#test/support/browser.ts'
import { otherBuild } from '#test/support/other-build.ts'
import { expectAlive, expectWaiting, isMarked, mark, type Surrounded, startSurrounded } from './away.ts'
import { signInAs } from './sandbox.ts'

let portal: Surrounded
beforeAll(async () => {
  portal = await startSurrounded()
})
afterEach(() => {
  portal.proxy.behave('pass')
  portal.database.open()
})
afterAll(() => portal?.close())
const browser = browserTests(() => portal?.log() ?? '', { portalGoesAway: true })

const received = (page: Page) => page.locator('dl, ul').filter({ hasText: 'Received this week' }).first().innerText()

/** The simulated gateway goes on: the figures move as soon as the page lives. */
async function expectLiveFigures(page: Page): Promise<void> {
  await expectAlive(page)
  const before = await received(page)
  await expect.poll(() => received(page)).not.toBe(before)
  expect(await isMarked(page)).toBe(true)
}

/** With a clock of the page's own, it must be there before the page's first timer. */
async function openStatus(clock: 'real' | 'own' = 'real'): Promise<Page> {
  const page = await browser.newPage()
  if (clock === 'own') await page.clock.install()
  await signInAs(page, portal.proxy.url, 'Hollis Harbor')
  await mark(page)
  await expectLiveFigures(page)
  return page
}

describe('an open status page says what is stale, keeps what it shows, and lives again by itself', () => {
  test('when the network was away', async () => {
    const page = await openStatus()
    await page.context().setOffline(true)
    await expectWaiting(page)
    await page.context().setOffline(false)
    await expectLiveFigures(page)
  })

  test.each([
    ['nothing listened', 'refuse'],
    ['a proxy answered 502 in its place', 'bad-gateway'],
  ] as const)('when %s', async (_title, manner) => {
    const page = await openStatus()
    portal.proxy.behave(manner)
    await expectWaiting(page)
    portal.proxy.behave('pass')
    await expectLiveFigures(page)
  })

  test('when the database was away', async () => {
    const page = await openStatus()
    portal.database.shut()
    await expectWaiting(page, /The portal’s database does not answer\. Copies go on being delivered\./)
    portal.database.open()
    await expectLiveFigures(page)
  })
})

describe('a stream that is silently dead', () => {
  test('is found out after half a minute, and opened again', async () => {
    const page = await openStatus('own')
    await pauseIn(page, 5_000) // no sleep yet; from here on the clock goes no further by itself
    portal.proxy.behave('swallow')
    await page.clock.runFor(20_000)
    expect(await page.locator('main[data-stale]').count()).toBe(0)
    await untilItSaysSo(page)
    portal.proxy.behave('pass')
    await page.clock.resume()
    await expectTicking(page)
  })

  test('is found out at once when the machine has slept', async () => {
    const page = await openStatus('own')
    portal.proxy.behave('swallow')
    portal.proxy.seen()
    await pauseIn(page, 20_000) // shorter than the silence that a stream is allowed
    await expect.poll(() => portal.proxy.seen()).toContain('GET /events/status')
    await untilItSaysSo(page)
    portal.proxy.behave('pass')
    await page.clock.resume()
    await expectTicking(page)
  })
})

/** The page's clock jumps ahead and stands still. Long enough ahead that it has not got there by itself meanwhile. */
const pauseIn = async (page: Page, ms: number): Promise<void> =>
  page.clock.pauseAt((await page.evaluate(() => Date.now())) + ms)

/** Until the page says that it waits, a second of its own clock at a time. */
async function untilItSaysSo(page: Page): Promise<void> {
  for (let second = 0; second < 3600 && (await page.locator('main[data-stale]').count()) === 0; second++)
    await page.clock.runFor(1_000)
  await expectWaiting(page)
}

/** As `expectLiveFigures`, where the page's clock only goes as far as it is told. */
async function expectTicking(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      await page.clock.runFor(1_000)
      return page.locator('main[data-stale]').count()
    })
    .toBe(0)
  await expectLiveFigures(page)
}

test('every live page keeps what it shows while nobody answers, and opens its stream again', async () => {
  const pages = await Promise.all(
    livePages.map(async ([path, name]) => {
      const page = await openLive(path, name)
      return { page, path, shown: await page.locator('h1').innerText() }
    }),
  )
  portal.proxy.behave('refuse')
  for (const { page, path, shown } of pages) {
    await expectWaiting(page)
    expect(await page.locator('h1').innerText(), path).toBe(shown)
  }
  const openedAgain = pages.map(({ page }) => page.waitForResponse((answer) => isStream(answer.url()) && answer.ok()))
  portal.proxy.behave('pass')
  for (const { page, path } of pages) {
    await expectAlive(page)
    expect(await isMarked(page), path).toBe(true)
  }
  await Promise.all(openedAgain)
})

const isStream = (address: string) => new URL(address).pathname.startsWith('/events/')

const livePages = [
  ['/groups', 'Harper Harbor'],
  ['{group}', 'Casey Cedar'],
  ['{target}', 'Casey Cedar'],
  ['/requests', 'Xan Xenon'],
  ['/requests/3', 'Xan Xenon'],
  ['/sessions', 'Harper Harbor'],
  ['/feeds/gw1', 'Hollis Harbor'],
] as const

/** Open it in a context of its own; what is in braces is found by the links of the status page. */
async function openLive(path: (typeof livePages)[number][0], name: string): Promise<Page> {
  const page = await browser.newPage()
  await signInAs(page, portal.proxy.url, name, path.startsWith('/') ? path : '/')
  if (!path.startsWith('/')) {
    await page.locator('a[href^="/groups/"]').first().click()
    await page.waitForURL(/\/groups\//)
  }
  if (path === '{target}') {
    await page.getByRole('link', { name: /Targets and keys/ }).click()
    await page.locator('main a[href^="/targets/"]').first().click()
    await page.waitForURL(/\/targets\//)
  }
  await page.locator('h1').filter({ hasNotText: 'Sign in' }).waitFor()
  await mark(page)
  return page
}

test('a page that is asked for while nobody answers opens when somebody does', async () => {
  const page = await openStatus()
  portal.proxy.behave('bad-gateway')
  await page.getByRole('link', { name: 'Requests' }).first().click()
  await expectWaiting(page)
  portal.proxy.behave('pass')
  await page.getByRole('heading', { name: 'Requests', level: 1 }).waitFor()
  expect(await isMarked(page)).toBe(true)
})

test('a page that was opened while the database was away opens by itself', async () => {
  const page = await openStatus()
  portal.database.shut()
  await page.goto(`${portal.proxy.url}/groups`)
  await page.getByRole('heading', { name: 'The database does not answer' }).waitFor()
  portal.database.open()
  await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor()
})

describe('a form that gets no answer', () => {
  test.each([
    ['nobody answers', 'bad-gateway', /The portal did not answer/],
    ['the database is away', undefined, /database does not answer/],
  ] as const)(
    'because %s keeps what was typed and says so; sent again, it is carried out once',
    async (_title, manner, words) => {
      const page = await browser.newPage()
      await signInAs(page, portal.proxy.url, 'Avery Alder', '/requests/5/form/group')
      const purpose = page.getByLabel('Purpose')
      const text = `Typed while away: ${words.source}`
      await purpose.fill(text)
      if (manner) portal.proxy.behave(manner)
      else portal.database.shut()
      await page.getByRole('button', { name: 'Save and continue' }).click()
      await page.getByRole('alert').getByText(words).waitFor()
      expect(await purpose.inputValue()).toBe(text)
      portal.proxy.behave('pass')
      portal.database.open()
      await expect
        .poll(async () => {
          if (new URL(page.url()).pathname.endsWith('/group'))
            await page.getByRole('button', { name: 'Save and continue' }).click()
          return page.getByRole('heading', { name: 'Sources and messages' }).count()
        })
        .toBe(1)
      const [draft] = await portal.db.owner<{ purpose: string }[]>`
      select document ->> 'purpose' as purpose from dc.request_drafts d join dc.requests r on r.id = d.request_id where r.number = 5`
      expect(draft?.purpose).toBe(text)
    },
  )

  test('whose answer alone was lost is not carried out again', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.proxy.url, 'Avery Alder', '/requests/5/form/group')
    const version = async () =>
      (
        await portal.db.owner<{ version: number }[]>`
          select d.version from dc.request_drafts d join dc.requests r on r.id = d.request_id where r.number = 5`
      )[0]?.version ?? 0
    const before = await version()
    await page.getByLabel('Purpose').fill('Saved, and nobody heard')
    let isLost = false
    await page.route('**/requests/5/form/group.data', async (route) => {
      if (route.request().method() !== 'POST' || isLost) return route.continue()
      isLost = true
      await route.fetch({ maxRedirects: 0 })
      await route.fulfill({ status: 502, body: 'lost' })
    })
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page
      .getByRole('alert')
      .getByText(/nobody knows yet whether this was done/)
      .waitFor()
    expect(await version()).toBe(before + 1)
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('heading', { name: 'Sources and messages' }).waitFor()
    expect(await version()).toBe(before + 1)
  })
})

describe('when the portal was started with another build', () => {
  test('an open page loads itself again; one with text in it says so and keeps the text', async () => {
    const next = otherBuild()
    try {
      const page = await openStatus()
      const form = await page.context().newPage()
      await form.goto(`${portal.proxy.url}/account`)
      const writing = await browser.newPage()
      await signInAs(writing, portal.proxy.url, 'Avery Alder', '/requests/5/form/group')
      await writing.getByLabel('Purpose').fill('Typed before the release')
      await mark(writing)
      await portal.restart(next.command)
      await expect.poll(() => isMarked(page)).toBe(false)
      await page.getByRole('heading', { name: 'Status', level: 1 }).waitFor()
      expect(await page.locator('script[src*="-next."], link[href*="-next."]').count()).toBeGreaterThan(0)

      await writing.getByRole('link', { name: 'Requests' }).first().click() // opens whole, from the new build
      await writing.getByRole('heading', { name: 'Requests', level: 1 }).waitFor()
      expect(await isMarked(writing)).toBe(false)
      await writing.goto(`${portal.proxy.url}/requests/5/form/group`)
      await writing.getByText('Typed here and not saved yet').waitFor()
      expect(await writing.getByLabel('Purpose').inputValue()).toBe('Typed before the release')
    } finally {
      await portal.restart()
      next.remove()
    }
  })
})
