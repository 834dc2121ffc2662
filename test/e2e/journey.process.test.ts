import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserTests } from '#test/support/browser.ts'
import { continueAs, sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true, group: 'Night desk', sources: ['K7T882', 'M3P882'] },
  { how: 'without JavaScript', javaScriptEnabled: false, group: 'Day desk', sources: ['K7T882', 'V8N882'] },
])('the whole journey $how', ({ javaScriptEnabled, group, sources }) => {
  test('ends with a password for the target of a group that was asked for, signed and approved', async () => {
    const page = await browser.newPage({ javaScriptEnabled })
    await signInAs(page, portal.url(), 'Avery Alder', '/requests')
    const request = await ask(page, group, sources)

    for (const [name, firm] of [
      ['Xan Xenon', 'Xenon Clearing'],
      ['Bailey Birch', 'Birch Clearing'],
    ]) {
      await continueAs(page, name!)
      await approve(page, request)
      expect(
        await page
          .getByRole('region', { name: 'Who acts, in order' })
          .getByRole('listitem')
          .filter({ hasText: firm! })
          .last()
          .innerText(),
      ).toMatch(/approved/i)
    }
    await continueAs(page, 'Harper Harbor')
    await approve(page, request)
    await expectState(page, request, 'Applied')

    await continueAs(page, 'Alex Alder')
    const { session, secret } = await createPassword(page, group)
    expect(session).toMatch(/^[A-Z0-9]{6}$/)
    expect(secret).toMatch(/^[A-Z2-9]{32}$/)
  })
})

/** Schedule 12, in four steps. @returns the address of the request's page */
async function ask(page: Page, group: string, sources: string[]): Promise<string> {
  await page.getByRole('link', { name: 'New request' }).click()
  await page.getByRole('button', { name: 'Start' }).click()

  await page.getByLabel('Name of the group').fill(group)
  await page.getByLabel('Account to bill').selectOption({ index: 1 })
  await page.getByLabel('The fee schedule is known').check()
  await page.getByRole('button', { name: 'Save and continue' }).click()

  await page.getByRole('heading', { name: 'Sources and messages' }).waitFor()
  for (const source of sources) await page.getByLabel(source).check()
  await page.getByLabel('All messages').check()
  await page.getByRole('button', { name: 'Save and continue' }).click()

  await page.getByRole('heading', { name: 'People and connection' }).waitFor()
  await page.getByLabel('Name').fill('Avery Alder')
  await page.getByLabel('E-mail').fill('avery@alder.example')
  await page.getByLabel('Telephone').fill('+1 312 555 0100')
  await page.getByLabel('Authorized by').selectOption('560')
  await page.getByLabel('A line that your firm has already').check()
  await page.getByRole('button', { name: 'Save and continue' }).click()

  await page.getByRole('heading', { name: 'Review and sign' }).waitFor()
  await page.getByRole('button', { name: 'Sign and submit' }).click()
  await page.waitForURL(/\/requests\/\d+$/)
  await page.getByText('With clearing firms (0 of 2)').waitFor()
  return new URL(page.url()).pathname
}

async function approve(page: Page, request: string): Promise<void> {
  await page.goto(portal.url() + request)
  await page.getByRole('link', { name: 'Approve' }).click()
  await page.getByRole('button', { name: 'Sign and approve' }).click()
  await page.waitForURL((at) => at.pathname === request)
}

/** The connector has to report; without JavaScript the page is loaded again, as a person would. */
async function expectState(page: Page, request: string, word: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.goto(portal.url() + request)
        return page.locator('main header').innerText()
      },
      { interval: 500 },
    )
    .toContain(word)
}

async function createPassword(page: Page, group: string) {
  await page.goto(`${portal.url()}/groups`)
  await page.getByRole('link', { name: group }).click()
  await page.getByRole('table', { name: 'Targets' }).getByRole('link').first().click()
  await page.waitForURL(/\/targets\//)
  const session = new URL(page.url()).pathname.split('/').at(-1)
  await page.getByRole('link', { name: 'Create password' }).click()
  await page.getByLabel('Reason').fill('First connection')
  await page.getByRole('button', { name: 'Create password' }).click()
  await page.getByText('Shown once').waitFor()
  return { session, secret: await page.locator('main code').first().innerText() }
}
