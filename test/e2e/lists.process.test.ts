import { describe, expect, test } from 'vitest'
import { browserTests, expectAccessible } from '#test/support/browser.ts'
import { sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true },
  { how: 'without JavaScript', javaScriptEnabled: false },
])('a list $how', ({ javaScriptEnabled }) => {
  test('is searched, filtered and sorted, and says which question found nothing', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Harper Harbor', '/requests?show=all')
    const rows = page.getByRole('table', { name: 'Requests' }).locator('tbody tr')
    await expect.poll(() => rows.count()).toBe(5)
    await page.getByRole('searchbox').fill('alder')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.waitForURL(/q=alder/)
    await page.getByText('1–2 of 2').waitFor()
    await page.getByRole('link', { name: 'Request', exact: true }).click()
    await page.waitForURL(/sort=number/)
    expect(await rows.getByRole('rowheader').allInnerTexts()).toEqual(['3 · New group', '5 · New group'])
    await page.getByRole('link', { name: /^Closed/ }).click()
    await page.getByRole('link', { name: 'Without the search “alder”' }).click()
    await page.getByText('1–2 of 2').waitFor()
    const { searchParams } = new URL(page.url())
    expect(['q', 'show', 'sort'].map((name) => searchParams.get(name))).toEqual([null, 'closed', 'number'])
  })

  test('shows the columns that a person chose, to this person alone', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Harper Harbor', '/requests?show=all')
    const heads = async (of = page) =>
      (await of.getByRole('columnheader').allInnerTexts()).join(' ').replace(/[^\w ]/g, '')
    await page.locator('summary', { hasText: 'Columns' }).click()
    if (javaScriptEnabled) await expectAccessible(page)
    await page.getByRole('checkbox', { name: 'Submitted' }).uncheck()
    await page.getByRole('button', { name: 'Show these' }).click()
    await page.getByRole('columnheader', { name: 'Submitted' }).waitFor({ state: 'detached' })
    expect(await heads()).not.toContain('Submitted')
    expect(await heads()).toContain('Asked for by')
    await page.goto(`${portal.url()}/requests?show=closed`)
    expect(await heads()).not.toContain('Submitted')
    const other = await browser.newPage({ javaScriptEnabled })
    await signInAs(other, portal.url(), 'Hollis Harbor', '/requests?show=all')
    expect(await heads(other)).toContain('Submitted')
  })

  test('answers any address, whatever it asks', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Harper Harbor', '/requests')
    const asked = {
      'show=all&sort=password': 'There is no such column to sort by.',
      'show=all&after=nonsense&row=999': 'The page that the address names does not exist.',
      [`show=all&q=${'x'.repeat(10_000)}`]: 'the rest of the text was left out',
      'show=all&q=%25': 'Nothing here matches what you asked for.',
      [`show=open&kind=close&q=${encodeURIComponent('שלום')}`]: 'Without the filter “Close”',
    }
    for (const [query, sentence] of Object.entries(asked)) {
      const answer = await page.goto(`${portal.url()}/requests?${query}`)
      expect(answer?.status()).toBe(200)
      await page.getByText(sentence).waitFor()
    }
  })
})

test('the rows of a list are walked with up and down, and opened with Enter', async () => {
  const page = await browser.newPage()
  await signInAs(page, portal.url(), 'Harper Harbor', '/requests?show=all&sort=number')
  await page.getByRole('link', { name: '1 · New group' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/requests\/2$/)
})

test('a row is two lines on a narrow screen, with the state first', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 } })
  await signInAs(page, portal.url(), 'Harper Harbor', '/requests?show=all&sort=number')
  const row = page.locator('tbody tr').first()
  expect((await row.boundingBox())?.height).toBeLessThan(70)
  expect(await row.innerText()).toMatch(/^Applied\s+1 · New group/)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await expectAccessible(page)
})

test('a list is taken as a file: what is filtered, under the same rights', async () => {
  const file = async (name: string, query: string) => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), name, `/requests?${query}`)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^requests-\d{4}-\d\d-\d\d\.csv$/)
    const text = await (await download.createReadStream()).toArray()
    return Buffer.concat(text).toString().split('\r\n')
  }
  const all = await file('Harper Harbor', 'show=all&sort=number')
  expect(all[0]).toBe(
    'number,kind,state,state_since,group,owner,asked_of_you,submitted_at,submitted_by,waits_for_you,address',
  )
  expect(all.slice(1, -1).map((line) => line.split(',')[0])).toEqual(['1', '2', '3', '4', '5'])
  expect(await file('Harper Harbor', 'show=all&q=alder&sort=number&dir=desc')).toHaveLength(4)
  expect((await file('Avery Alder', 'show=all&sort=number')).slice(1, -1).map((line) => line.split(',')[0])).toEqual([
    '3',
    '5',
  ])
})
