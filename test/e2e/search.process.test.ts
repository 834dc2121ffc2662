import { parse } from 'node-html-parser'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserTests, expectAccessible } from '#test/support/browser.ts'
import { sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

const field = (page: Page) => page.getByRole('combobox', { name: 'Search the portal' })
const options = (page: Page) => page.getByRole('option')
/** The page has come to life: it says which keys lead to the field. */
const alive = (page: Page) => page.getByText('Ctrl K').waitFor()
/** The line that the field names as the chosen one. */
const chosen = (page: Page) => page.locator('[role="option"][aria-selected="true"]').innerText()

describe('the search of the top bar', () => {
  test('is reached by Ctrl-K, and by the keyboard alone leads to what was found', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Hollis Harbor', '/feeds')
    await alive(page)
    await page.keyboard.press('Control+k')
    expect(await field(page).evaluate((input) => input === document.activeElement)).toBe(true)
    await page.keyboard.type('cedar')
    await options(page).first().waitFor()
    expect(await page.getByRole('status').filter({ hasText: 'result' }).innerText()).toMatch(/^\d+ results/)
    await page.keyboard.press('ArrowDown')
    const first = await chosen(page)
    await page.keyboard.press('ArrowDown')
    expect(await chosen(page)).not.toBe(first)
    await page.keyboard.press('ArrowUp')
    expect(await chosen(page)).toBe(first)
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await expect.poll(() => options(page).count()).toBe(0)
    expect(await field(page).inputValue()).toBe('cedar')
    await page.keyboard.press('ArrowDown')
    await options(page).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/groups\/[0-9a-f-]{36}$/)
    // the next page begins with an empty field
    await expect.poll(() => field(page).inputValue()).toBe('')
    await expect.poll(() => options(page).count()).toBe(0)
  })

  test('opens the very thing that was typed with Enter alone', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Casey Cedar', '/groups')
    await alive(page)
    await page.keyboard.press('Meta+k')
    await page.keyboard.type('r5c 914')
    await expect.poll(() => chosen(page)).toContain('R5C914')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/sessions/R5C914')
    await page.getByRole('heading', { name: /R5C914/, level: 1 }).waitFor()
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 })
      await expectAccessible(page)
    }
  })

  test('answers the last question, whatever older ones answer later', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Hollis Harbor', '/groups')
    await page.route('**/search.json?q=cedar', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await route.continue().catch(() => undefined) // given up meanwhile
    })
    await alive(page)
    const asked = page.waitForRequest('**/search.json?q=cedar')
    await field(page).fill('cedar')
    await asked
    await field(page).fill('K7T882')
    await expect.poll(() => options(page).first().innerText()).toContain('K7T882')
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(await options(page).first().innerText()).toContain('K7T882')
  })

  test('says that nothing was found, to eyes and ears', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Drew Dogwood', '/groups')
    await alive(page)
    await field(page).fill('Cedar risk')
    await page.getByText('Nothing that you may see has this name, code or number.').waitFor()
    await page.getByRole('status').filter({ hasText: 'No result' }).waitFor({ state: 'attached' })
    await expectAccessible(page)
  })
})

describe('the page of results', () => {
  test('answers without JavaScript', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false })
    await page.goto(`${portal.url()}/sign-in`)
    await page.getByRole('button', { name: 'Continue as Casey Cedar' }).click()
    await field(page).fill('cedar')
    await field(page).press('Enter')
    await page.waitForURL('**/search?q=cedar')
    await page.getByText(/\d results for/).waitFor()
    await page.locator('main').getByRole('link', { name: 'Cedar risk' }).click()
    await page.getByRole('heading', { name: /Cedar risk/, level: 1 }).waitFor()
  })

  test('is clean at both widths, and where the bar is narrow its link leads there', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    await signInAs(page, portal.url(), 'Hollis Harbor', '/groups')
    await page.getByRole('banner').getByRole('link', { name: 'Search' }).click()
    await page.getByRole('heading', { name: 'Search', level: 1 }).waitFor()
    await page.locator('main').getByRole('searchbox').fill('cedar')
    await page.locator('main').getByRole('button', { name: 'Search' }).click()
    await page.getByText(/\d results for/).waitFor()
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 844 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await expectAccessible(page)
    }
  })

  test('has a sentence for whatever is typed', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Casey Cedar', '/groups')
    for (const typed of ['%', '_', '\\', ' ', 'مكتب التداول', '🙂', "' or 1=1", 'x'.repeat(5_000)]) {
      const answer = await page.request.get(`${portal.url()}/search?q=${encodeURIComponent(typed)}`)
      expect([typed, answer.status()]).toEqual([typed, 200])
      expect(parse(await answer.text()).querySelector('main header')?.text).toMatch(/Nothing|Find/)
    }
  })
})
