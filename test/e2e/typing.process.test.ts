import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserTests } from '#test/support/browser.ts'
import { continueAs, sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

/** The seeded draft of Alder Trading, ready to be submitted. */
const draft = '/requests/5/form'
const notice = (page: Page) => page.getByRole('status').filter({ hasText: 'Typed here and not saved yet' })

async function open(step: 'group' | 'sources' | 'people'): Promise<Page> {
  const page = await browser.newPage()
  await signInAs(page, portal.url(), 'Avery Alder', `${draft}/${step}`)
  return page
}

/** Hold every answer to a form of the page back until told. */
async function holdAnswers(page: Page) {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route('**/form/*.data*', async (route) => {
    if (route.request().method() === 'POST') await held
    await route.continue()
  })
  return () => letGo()
}

describe('what is typed on while a save runs', () => {
  test('is still there when the answer comes, at the letter where it was typed, and is said not to be saved', async () => {
    const page = await open('sources')
    const letGo = await holdAnswers(page)
    const field = page.getByLabel('Other sessions')
    await field.fill('V8N882')
    await page.getByRole('button', { name: 'Save and look up who must approve' }).click()
    await field.focus()
    await page.keyboard.press('End')
    await page.keyboard.type(' S2D')
    letGo()
    await notice(page).waitFor()
    await page.keyboard.type('914')
    expect(await field.inputValue()).toBe('V8N882 S2D914')
    expect(await notice(page).innerText()).toContain('Other sessions: what you typed is back in its place.')
    expect(await notice(page).innerText()).not.toContain('meanwhile') // it was their own save
    expect(await page.getByLabel('V8N882').isChecked()).toBe(true) // a session that the firm holds
    await page.getByRole('button', { name: 'Save and look up who must approve' }).click()
    await notice(page).waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe('S2D914')
    await page.getByLabel('V8N882').uncheck()
    await field.fill('')
    await page.getByRole('button', { name: 'Save and leave' }).click()
    await page.waitForURL(/\/requests$/)
  })

  test('is nothing, where nobody typed on: no word is said', async () => {
    const page = await open('group')
    await page.getByLabel('Purpose').fill('One text, saved')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('heading', { name: 'Sources and messages' }).waitFor()
    await page.getByRole('link', { name: 'Group and billing' }).click()
    await page.getByRole('heading', { name: 'Group and billing' }).waitFor()
    expect(await page.getByLabel('Purpose').inputValue()).toBe('One text, saved')
    expect(await notice(page).count()).toBe(0)
  })
})

describe('what was typed and not saved', () => {
  test('is there again after a reload, with a word, until it is forgotten', async () => {
    const page = await open('group')
    const purpose = page.getByLabel('Purpose')
    const saved = await purpose.inputValue()
    await purpose.fill('Typed, then loaded again')
    await page.reload()
    await notice(page).waitFor()
    expect(await purpose.inputValue()).toBe('Typed, then loaded again')
    await page.getByRole('button', { name: 'Forget what was typed' }).click()
    expect(await purpose.inputValue()).toBe(saved)
    await page.reload()
    await page.getByRole('heading', { name: 'Group and billing' }).waitFor()
    expect(await purpose.inputValue()).toBe(saved)
    expect(await notice(page).count()).toBe(0)
  })

  test('is named in the list of steps and on the page to sign, which does not hold it', async () => {
    const page = await open('people')
    await page.getByLabel('Notes for the exchange').fill('Call before Monday')
    await page.getByRole('link', { name: 'Review and sign' }).click()
    await page.getByText('What you typed in “People and connection” is not part of what stands below.').waitFor()
    await page.getByRole('link', { name: /^People and connection.*not saved/ }).click()
    await notice(page).waitFor()
    expect(await page.getByLabel('Notes for the exchange').inputValue()).toBe('Call before Monday')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.getByRole('heading', { name: 'Review and sign' }).waitFor()
    expect(await page.getByText('Typed and not saved').count()).toBe(0)
    expect(await page.locator('main').innerText()).toContain('Call before Monday')
  })

  test('says what somebody else saved in its place meanwhile', async () => {
    const page = await open('group')
    await page.getByLabel('Purpose').fill('Mine')
    const other = await open('group')
    await other.getByLabel('Purpose').fill('Theirs')
    await other.getByRole('button', { name: 'Save and leave' }).click()
    await other.waitForURL(/\/requests$/)
    await page.reload()
    await notice(page).waitFor()
    expect(await page.getByLabel('Purpose').inputValue()).toBe('Mine')
    expect(await notice(page).innerText()).toContain('Purpose is saved as “Theirs” meanwhile.')
  })

  test('is offered to nobody else in the same tab, and a secret to nobody at all', async () => {
    const page = await open('group')
    await page.getByLabel('Purpose').fill('Avery’s own words')
    await continueAs(page, 'Alex Alder')
    await page.goto(`${portal.url()}/account`)
    const secrets = page.locator('input[type=password]')
    for (const field of await secrets.all()) await field.fill('a secret of mine')
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage }))
    expect(kept).toContain('Avery’s own words')
    expect(kept).not.toContain('a secret of mine')
    await page.goto(`${portal.url()}${draft}/group`)
    await page.locator('h1').waitFor()
    expect(await page.locator('main').innerText()).not.toContain('Typed here and not saved yet')
  })
})

test('gone back to, changed and saved again, a step holds the second text, or says that it does not', async () => {
  const page = await open('group')
  const purpose = page.getByLabel('Purpose')
  await purpose.fill('First text')
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('heading', { name: 'Sources and messages' }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'Group and billing' }).waitFor()
  await purpose.fill('Second text')
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('heading', { name: 'Sources and messages' }).or(page.getByRole('alert')).waitFor()
  if ((await page.getByRole('alert').count()) > 0) await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('heading', { name: 'Sources and messages' }).waitFor()
  await page.goto(`${portal.url()}${draft}/group`)
  expect(await purpose.inputValue()).toBe('Second text')
})
