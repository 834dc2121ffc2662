import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserTests, expectAccessible } from '#test/support/browser.ts'
import { sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

/** The seeded draft of Alder Trading, ready to be submitted. */
const draft = '/requests/5/form'

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true },
  { how: 'without JavaScript', javaScriptEnabled: false },
])('a form $how', ({ javaScriptEnabled }) => {
  test('keeps what was typed and says beside the field what is wrong with it', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Avery Alder', `${draft}/group`)
    const name = page.getByLabel('Name of the group')
    const tooLong = 'x'.repeat(61)
    await name.evaluate((input) => input.removeAttribute('maxlength')).catch(() => undefined)
    if (!javaScriptEnabled) return shortened(page, name)
    await name.fill(tooLong)
    await page.getByLabel('Purpose').fill('What I typed stays')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    const link = page.getByRole('alert').getByRole('link', { name: 'At most 60 characters.' })
    await link.waitFor()
    await link.click()
    expect(await name.evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true)
    expect(await name.inputValue()).toBe(tooLong)
    expect(await page.getByLabel('Purpose').inputValue()).toBe('What I typed stays')
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    expect(new URL(page.url()).hash).toBe('') // a navigation would take the errors away
  })

  test('says what was done on the page that it leads to, once', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Avery Alder', `${draft}/group`)
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.waitForURL(/\/form\/sources$/)
    const said = page.getByText('Request 5: group and billing saved.')
    await said.waitFor()
    if (javaScriptEnabled) await expectAccessible(page)
    await page.getByRole('link', { name: 'Group and billing' }).first().click()
    await page.waitForURL(/\/form\/group$/)
    expect(await said.count()).toBe(0)
    await page.goto(`${portal.url()}${draft}/sources`)
    expect(await said.count()).toBe(0)
  })

  test('saved in two windows is refused in the one that is older, which then builds on what is there', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Avery Alder', `${draft}/group`)
    const other = await page.context().newPage()
    await other.goto(`${portal.url()}${draft}/group`)
    await other.getByLabel('Purpose').fill(`Saved first ${javaScriptEnabled}`)
    await other.getByRole('button', { name: 'Save and continue' }).click()
    await other.getByRole('heading', { name: 'Sources and messages' }).waitFor()

    await page.getByLabel('Purpose').fill('Saved second')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toMatch(/Avery Alder/)
    expect(await page.getByLabel('Purpose').inputValue()).toBe('Saved second')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('heading', { name: 'Sources and messages' }).waitFor()
  })
})

test('a form that was refused leaves the focus where one has gone when its page has been read again', async () => {
  const page = await browser.newPage()
  await signInAs(page, portal.url(), 'Avery Alder', `${draft}/group`)
  const name = page.getByLabel('Name of the group')
  await name.evaluate((input) => input.removeAttribute('maxlength'))
  await name.fill('x'.repeat(61))
  let read = () => {}
  const mayBeRead = new Promise<void>((resolve) => {
    read = resolve
  })
  await page.route('**/form/group.data*', async (route) => {
    if (route.request().method() === 'GET') await mayBeRead
    await route.continue()
  })
  const isRead = page.waitForResponse(
    (answer) => answer.request().method() === 'GET' && /group\.data/.test(answer.url()),
  )
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('alert').getByRole('link', { name: 'At most 60 characters.' }).click()
  await page.keyboard.type('y')
  read()
  await isRead
  await page.getByRole('button', { name: 'Save and continue', disabled: false }).waitFor()
  await expect.poll(() => page.locator('button[aria-disabled]').count()).toBe(0)
  await page.keyboard.type('z')
  expect(await name.inputValue()).toMatch(/yz|zy/)
})

test('a step without anybody in it says so beside the place for people, and its error leads there', async () => {
  const page = await browser.newPage()
  await signInAs(page, portal.url(), 'Avery Alder', '/requests/new')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { name: 'Group and billing' }).waitFor()
  await page.goto(page.url().replace(/group$/, 'people'))
  await page.locator('main form').evaluate((form) => form.setAttribute('novalidate', ''))
  await page.getByRole('button', { name: 'Save and continue' }).click()
  const errors = page.getByRole('alert').getByRole('link')
  await errors.first().waitFor()
  for (const error of await errors.all()) {
    const text = await error.innerText()
    await error.click()
    const place = await error.getAttribute('href')
    expect(await page.locator(`${place}, ${place}-error`).allInnerTexts(), text).toContain(text)
  }
  await expectAccessible(page)
})

/** Without JavaScript the browser's own limits hold before anything is sent. */
async function shortened(page: Page, name: ReturnType<Page['getByLabel']>): Promise<void> {
  await name.fill('')
  await page.getByRole('button', { name: 'Save and continue' }).click()
  expect(new URL(page.url()).pathname).toBe(`${draft}/group`)
  await name.fill('Desk 7')
}

test('sessions typed wrongly are named beside their field, whichever button was pressed, and once on the review', async () => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await signInAs(page, portal.url(), 'Avery Alder', `${draft}/sources`)
  const field = page.getByLabel('Other sessions')
  for (const button of ['Save and look up who must approve', 'Save and continue']) {
    await field.fill('K7T88\nFOO!!')
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('alert').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator('#field-typedSources-error').innerText()).toMatch(/^K7T88, FOO!!: /)
    expect(await field.inputValue()).toBe('K7T88 FOO!!')
    expect(await page.getByLabel('K7T882').isChecked()).toBe(true)
  }
  await page.getByRole('link', { name: 'Review and sign' }).click()
  expect(await page.locator('main').innerText()).toMatch(/^(?!.*K7T88, FOO!!: .*K7T88, FOO!!: ).*K7T88, FOO!!: /s)
  expect(await page.getByRole('button', { name: 'Sign and submit' }).isDisabled()).toBe(true)
  await page.goto(`${portal.url()}${draft}/sources`)
  await field.fill('')
  await page.getByRole('button', { name: 'Save and leave' }).click()
  await page.waitForURL(/\/requests$/)
})

describe('people of a request', () => {
  test('are added and taken out by buttons of their own, and the others stay as typed', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false })
    await signInAs(page, portal.url(), 'Avery Alder', `${draft}/people`)
    expect(await page.getByLabel('Name').count()).toBe(2)
    await page.getByRole('button', { name: 'Add another person' }).click()
    await expect.poll(() => page.getByLabel('Name').count()).toBe(3)
    const third = page.getByRole('group', { name: 'Person 3' })
    await third.getByLabel('Name').fill('Alex Alder')
    await third.getByLabel('E-mail').fill('alex@alder.example')
    await third.getByLabel('Telephone').fill('+1 312 555 0101')
    await third.getByLabel('Authorized by').selectOption('571')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('heading', { name: 'Review and sign' }).waitFor()
    await page.goto(`${portal.url()}${draft}/people`)
    await page.getByRole('group', { name: 'Person 1' }).getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => page.getByLabel('Name').count()).toBe(2)
    expect(await page.getByLabel('E-mail').nth(1).inputValue()).toBe('alex@alder.example')
  })
})

test('a request sent twice from the same page is one request', async () => {
  const page = await browser.newPage()
  await signInAs(page, portal.url(), 'Avery Alder', '/requests/new')
  await page.getByRole('button', { name: 'Start' }).waitFor()
  const form = await page.locator('main form').evaluate((element) => {
    const fields = new FormData(element as HTMLFormElement) // the page's only form
    fields.set('kind', 'new-group')
    return new URLSearchParams(fields as never).toString() // texts alone
  })
  const send = () =>
    page.evaluate(async (body) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      return (await fetch('/requests/new', { method: 'POST', headers, body })).url
    }, form)
  const [first, second] = [await send(), await send()]
  expect(second).toBe(first)
})

test('somebody who comes from a page goes back to it after signing in', async () => {
  const page = await browser.newPage()
  await page.goto(`${portal.url()}/requests?show=all`)
  await page.getByRole('button', { name: 'Continue as Avery Alder' }).click()
  await page.waitForURL(/\/requests\?show=all$/)
})

test('a change of a live group is written in one step, reviewed, and sent to whom it concerns', async () => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await signInAs(page, portal.url(), 'Casey Cedar', '/groups')
  await page.getByRole('link', { name: 'Cedar risk' }).click()
  await page.getByRole('link', { name: 'Request a change' }).click()
  await page.getByRole('button', { name: 'Change sources' }).click()
  await page.getByLabel('Why').fill('Fills of one session are enough')
  await page.getByLabel('S2D914').selectOption('nothing-again')
  await page.getByLabel('Trade Execution Reports').check()
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('heading', { name: 'Review and sign' }).waitFor()
  expect(await page.locator('main').innerText()).toMatch(/S2D914, and nothing again/)
  await page.getByRole('button', { name: 'Sign and submit' }).click()
  await page.waitForURL(/\/requests\/\d+$/)
  expect(await page.locator('main header').innerText()).toMatch(/With (GAM|clearing firms)/)
  expect(await page.locator('main').innerText()).toMatch(/S2D914, and nothing again/)
})
