import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { axe, browserTests, expectAccessible } from '#test/support/browser.ts'
import { sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

/** Somebody, and the pages that are theirs; a name in braces is found by following the page's own links. */
const visits: { as: string; pages: string[] }[] = [
  {
    as: 'Avery Alder',
    pages: ['/', '/groups', '/requests', '/requests?show=all', '/requests/new', '/sessions', '/account', ...formOf(5)],
  },
  { as: 'Alex Alder', pages: ['/administration/people', '/administration/people/invite', '{person}/roles'] },
  { as: 'Hollis Harbor', pages: ['/feeds', '/feeds/gw1', '/targets', '/sessions', '/'] },
  {
    as: 'Casey Cedar',
    pages: [
      '/requests/4',
      '/requests/4/form/group',
      '{group}',
      '{target}',
      '{target}/create-password',
      '{target}/pause',
    ],
  },
  {
    as: 'Xan Xenon',
    pages: [
      '/requests',
      '/requests/3',
      '/requests/3/decide/approve',
      '/requests/3/decide/return',
      '{group}',
      '{group}/withdraw-consent',
    ],
  },
  {
    as: 'Harper Harbor',
    pages: [
      '/',
      '/requests/1',
      '{group}',
      '{group}/sources',
      '{group}/targets',
      '{group}/requests',
      '{group}/billing',
      '/nothing-here',
    ],
  },
]

function formOf(request: number): string[] {
  return ['group', 'sources', 'people', 'review'].map((step) => `/requests/${request}/form/${step}`)
}

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test('the pages of everybody break no rule of accessibility and fit a screen of 1440 and of 390 pixels', async () => {
    await Promise.all(visits.map((visit) => look(visit, colorScheme)))
  })

  test('so do the pages for somebody who is not signed in', async () => {
    const page = await browser.newPage({ colorScheme })
    for (const path of ['/sign-in', '/invitations/used-or-never-made']) {
      await page.goto(portal.url() + path)
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
    }
  })
})

/** All pages of one person; what is wrong names the page. */
async function look({ as, pages }: (typeof visits)[number], colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({ colorScheme })
  await signInAs(page, portal.url(), as)
  // the dark theme has the same markup and colours whose contrast tokens.test.ts holds: the first page of each person
  // shows that they are used
  const paths = await addresses(page, colorScheme === 'light' ? pages : pages.slice(0, 1))
  for (const path of paths) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(portal.url() + path)
    await expectNoSidewaysScroll(page)
    await (colorScheme === 'light' ? expectAccessible(page) : expectContrast(page))
    await page.setViewportSize({ width: 390, height: 844 })
    await expectNoSidewaysScroll(page)
    // the narrow page is the same markup, but for the menu in its bar: once for each person
    if (colorScheme === 'light' && path === paths[0]) await expectAccessible(page)
  }
}

/** Every address, with the first group and the first target that this person sees in place of the names in braces. */
async function addresses(page: Page, pages: readonly string[]): Promise<string[]> {
  const first = async (list: string, pattern: RegExp) => {
    await page.goto(portal.url() + list)
    const links = await page.locator('main a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
    return links.find((href) => pattern.test(href)) ?? `no link like ${pattern} on ${list}`
  }
  const found: Record<string, string> = {}
  if (pages.some((path) => path.startsWith('{group}'))) found['{group}'] = await first('/groups', /^\/groups\/[\w-]+$/)
  if (pages.some((path) => path.startsWith('{target}'))) found['{target}'] = await first('/targets', /^\/targets\/\w+$/)
  if (pages.some((path) => path.startsWith('{person}')))
    found['{person}'] = (await first('/administration/people', /\/roles$/)).replace(/\/roles$/, '')
  return pages.map((path) => path.replace(/^\{\w+\}/, (name) => found[name] ?? name))
}

/** What a theme can break on a page whose markup is known to be accessible. */
async function expectContrast(page: Page): Promise<void> {
  const { violations } = await axe(page).withRules(['color-contrast']).analyze()
  expect(
    violations.flatMap(({ nodes }) => nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)),
    `contrast on ${page.url()}`,
  ).toEqual([])
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(over, `pixels beyond the screen on ${page.url()}`).toBeLessThanOrEqual(0)
}

describe('the page of a target', () => {
  test('offers the settings and the dictionary of a client on QuickFIX, to those who see the target', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Casey Cedar')
    const [at = ''] = await addresses(page, ['{target}'])
    await page.goto(portal.url() + at)
    const urls = await Promise.all(
      ['Settings', 'data dictionary'].map((name) => page.getByRole('link', { name }).getAttribute('href')),
    )
    const [settings, dictionary] = await Promise.all(urls.map((url) => page.request.get(portal.url() + url)))
    const id = at.split('/').at(-1)
    expect(settings?.headers()['content-disposition']).toBe(`attachment; filename="initiator-${id}.cfg"`)
    expect(await settings?.text()).toContain(`\nSenderCompID=${id}N\n`)
    expect(await dictionary?.text()).toContain("\n<fix type='FIX' major='4' minor='2'")
    const other = await browser.newPage()
    await signInAs(other, portal.url(), 'Xan Xenon')
    for (const url of urls) expect((await other.request.get(portal.url() + url)).status()).toBe(404)
  })
})

describe('the theme', () => {
  test('follows the system until somebody chooses, and is kept', async () => {
    const page = await browser.newPage({ colorScheme: 'light' })
    await signInAs(page, portal.url(), 'Avery Alder')
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await page.locator('header details').last().locator('summary').click()
    await page.getByRole('button', { name: 'Dark' }).click()
    await expect.poll(ground).not.toBe(light)
    await page.reload()
    expect(await ground()).not.toBe(light)
  })
})

describe('the page of a request', () => {
  const line = (page: Page) => page.getByRole('region', { name: 'Who acts, in order' })

  test('says who must act, in order, and marks the one whose turn it is', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Avery Alder', '/requests/3')
    const current = line(page).locator('[aria-current=step]')
    await current.first().waitFor()
    expect(await current.count()).toBe(1)
    expect(await current.innerText()).toMatch(/Now\s+Clearing firms\s+1 of 2 have agreed/)
    const places = () =>
      line(page)
        .locator('ol > li')
        .evaluateAll((steps) => steps.map((step) => step.getBoundingClientRect()).map(({ x, y }) => ({ x, y })))
    expect(new Set((await places()).map(({ y }) => y)).size).toBe(1) // side by side
    await page.setViewportSize({ width: 390, height: 844 })
    expect(new Set((await places()).map(({ x }) => x)).size).toBe(1) // one below the other
    await expectAccessible(page)
  })
})

describe('signing', () => {
  test.each([
    { width: 1440, height: 560 },
    { width: 390, height: 500 },
  ])('keeps the sentence and its button in sight, at $width pixels', async (viewport) => {
    const page = await browser.newPage({ viewport })
    await signInAs(page, portal.url(), 'Xan Xenon', '/requests/3/decide/approve')
    const sentence = page.getByText(/^I, Xan Xenon, signatory of Xenon Clearing/)
    const button = page.getByRole('button', { name: 'Sign and approve' })
    for (const end of [0, 10_000]) {
      await page.evaluate((y) => scrollTo(0, y), end)
      for (const shown of [sentence, button]) await expect.poll(() => isInSight(shown)).toBe(true)
    }
    await expectAccessible(page)
  })

  test('unfolds the whole sentence where there is little room', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    await signInAs(page, portal.url(), 'Xan Xenon', '/requests/3/decide/approve')
    await page.getByRole('button', { name: 'Whole sentence' }).waitFor()
    const isCut = () => page.locator('.signature-text').evaluate((text) => text.scrollHeight > text.clientHeight)
    expect(await isCut()).toBe(true)
    await page.getByRole('button', { name: 'Whole sentence' }).click()
    await expect.poll(isCut).toBe(false)
    expect(await page.getByRole('button', { name: 'Less' }).getAttribute('aria-expanded')).toBe('true')
  })

  test('shows the whole sentence where there is no JavaScript', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false })
    await signInAs(page, portal.url(), 'Xan Xenon', '/requests/3/decide/approve')
    const box = await page.locator('.signature-text').boundingBox()
    const last = await page.locator('.signature-text p').last().boundingBox()
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) + 1)
    expect(await page.getByRole('button', { name: 'Whole sentence' }).isVisible()).toBe(false)
  })
})

/** Whether all of it lies inside the window, below the bar at the top. */
async function isInSight(shown: Locator): Promise<boolean> {
  return shown.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    return top >= 50 && bottom <= innerHeight
  })
}

describe('the first steps of the sandbox', () => {
  test('follow the person to the page of the next step, as the person who does it', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Xan Xenon', '/groups')
    const strip = page.getByRole('region', { name: 'First steps' })
    await strip.getByText('1 of 6').waitFor()
    await strip.getByRole('button', { name: 'Submit the request, as Avery Alder' }).click()
    await page.waitForURL(/\/requests\/5\/form\/review$/)
    await page.locator('header summary', { hasText: 'Avery Alder' }).waitFor()
    expect(await strip.innerText()).toContain('On this page: Submit the request')
    await strip.getByRole('link', { name: 'First steps' }).click()
    await page.getByRole('heading', { name: 'From a form to live copies in six steps' }).waitFor()
    expect(await strip.count()).toBe(1) // on the status page the whole list takes the place of the line
  })
})

describe('on paper', () => {
  test('a request with everybody’s signatures takes two sheets of A4 at most, and no frame', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Harper Harbor', '/requests/1')
    await page.getByRole('heading', { name: 'Decisions' }).waitFor()
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2)
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('navigation', { name: 'Portal' }).isVisible()).toBe(false)
    expect(await page.getByRole('heading', { name: 'Decisions' }).isVisible()).toBe(true)
  })
})
