import { describe, expect, test } from 'vitest'
import { browserTests } from '#test/support/browser.ts'
import { measureFirstLoad } from '#test/support/first-load.ts'
import { sandbox, signInAs } from './sandbox.ts'

const portal = sandbox()
const browser = browserTests(portal.log)

describe('the first page of a small firm', () => {
  test('takes less than 150 kB on the wire, each text of it compressed, and one font file of a family', async () => {
    const signedIn = await browser.newPage()
    await signInAs(signedIn, portal.url(), 'Avery Alder')
    const cookies = await signedIn.context().storageState()
    const fresh = await browser.newPage({ storageState: cookies })
    const { bytes, files } = await measureFirstLoad(fresh.context(), portal.url())
    expect(bytes, files.map((one) => `${one.bytes} ${one.path}`).join(', ')).toBeLessThan(150_000)
    const fonts = files.flatMap(({ path }) => (path.endsWith('.woff2') ? path.replace(/-[^-]*$/, '') : []))
    expect([['/assets/inter'], ['/assets/inter', '/assets/mono']]).toContainEqual(fonts.sort())
  })
})

describe('what is compressed', () => {
  test('is documents, data and files, never a stream', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Casey Cedar')
    const encodings = new Map<string, string | undefined>()
    page.on('response', (answer) => {
      encodings.set(new URL(answer.url()).pathname, answer.headers()['content-encoding'])
    })
    const stream = page.waitForResponse((answer) => answer.url().endsWith('/events/status'))
    await page.goto(portal.url())
    await stream
    await page.getByRole('link', { name: 'Requests' }).first().click()
    await page.getByRole('heading', { name: 'Requests', level: 1 }).waitFor()
    const script = [...encodings.keys()].find((path) => /^\/assets\/root-.*\.js$/.test(path)) ?? ''
    expect(['/', script, '/requests.data', '/events/status'].map((path) => encodings.get(path))).toEqual([
      expect.stringMatching(/^(br|gzip)$/),
      expect.stringMatching(/^(br|gzip)$/),
      expect.stringMatching(/^(br|gzip)$/),
      undefined,
    ])
  })

  test('is no page with a secret that is shown once, because what was typed comes back beside it', async () => {
    const page = await browser.newPage()
    await signInAs(page, portal.url(), 'Casey Cedar', '/targets')
    await page.locator('main a[href^="/targets/"]').first().click()
    await page.getByRole('link', { name: /^Create/ }).click()
    await page.getByRole('heading', { level: 1, name: /^Create/ }).waitFor()
    await page.getByLabel('Reason').fill('First connection')
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST')
    await page.getByRole('button', { name: /^Create/ }).click()
    const answer = await answered
    await page.locator('[data-shown-once]').first().waitFor()
    expect(answer.url()).toContain('/create-password')
    expect(answer.headers()['content-encoding']).toBeUndefined()
    expect((await page.request.get(`${portal.url()}/invitations/any`)).headers()['content-encoding']).toBeUndefined()
  })
})
