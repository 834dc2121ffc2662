import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startFreshApp } from '#test/support/app.ts'
import { browserTests, expectAccessible } from '#test/support/browser.ts'

let app: App
let close: () => Promise<void>
beforeAll(async () => {
  ;({ app, close } = await startFreshApp())
})
afterAll(() => close?.())
const browser = browserTests(() => app?.log() ?? '')

test('the sign-in page renders, works without a complaint and is accessible', async () => {
  const page = await browser.newPage()
  await page.goto(app.url)
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByRole('textbox', { name: 'E-mail' }).fill('nobody@alder.example')
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('do not match').waitFor()
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('nobody@alder.example')
  await expectAccessible(page)
})

test('it does the same without JavaScript', async () => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await page.goto(`${app.url}/sign-in`)
  await page.getByRole('textbox', { name: 'E-mail' }).fill('nobody@alder.example')
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('do not match').waitFor()
  expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('nobody@alder.example')
})
