import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { paperLimit } from '#domain/request/paper.ts'
import { type FreshApp, startFreshApp } from '#test/support/app.ts'
import { FormClient, type Page } from '#test/support/form-client.ts'

let fresh: FreshApp
let harper: FormClient
/** A draft that Harper enters on behalf of Dogwood Capital. */
let number: number
beforeAll(async () => {
  fresh = await startFreshApp({ SANDBOX_TRAFFIC: '0' })
  harper = await as('Harper Harbor')
  const begin = await harper.get('/requests/new')
  const [dogwood] = await fresh.db.owner<{ id: string }[]>`select id from dc.firms where name = 'Dogwood Capital'`
  const form = await harper.submit(begin, 'Start', { ownerId: dogwood?.id ?? '' })
  number = Number(/\/requests\/(\d+)/.exec(form.url.pathname)?.[1])
})
afterAll(() => fresh?.close())

async function as(name: string): Promise<FormClient> {
  const client = new FormClient(fresh.app.url)
  await client.submit(await client.get('/sign-in'), new RegExp(`^Continue as ${name}$`))
  return client
}

/** The upload as a browser without JavaScript sends it. */
async function upload(client: FormClient, page: Page, file: File | undefined): Promise<Response> {
  const { form } = page.formWith('Attach')
  const body = new FormData()
  for (const field of form.querySelectorAll('input[type=hidden]'))
    body.append(field.getAttribute('name') ?? '', field.getAttribute('value') ?? '')
  body.append('file', file ?? new File([], ''))
  body.append('intent', 'attach')
  const headers = { Origin: fresh.app.url, Cookie: client.cookieHeader }
  return fetch(page.url, { method: 'POST', body, headers, redirect: 'manual' })
}
const text = '%PDF-1.7 signed by Dogwood Capital'
const digest = createHash('sha256').update(text).digest('hex')
const paperPage = () => harper.get(`/requests/${number}/paper`)

describe('the paper of a request', () => {
  test('is asked for on the review page, which does not offer to submit without it', async () => {
    const review = await harper.get(`/requests/${number}/form/review`)
    expect(review.text).toContain('Attach what Dogwood Capital has signed')
    expect(review.html).toContain(`/requests/${number}/paper`)
    expect(review.html).toMatch(/<button type="button" disabled[^>]*>Sign and submit/)
  })
  test.each([
    ['nothing', undefined, 'Choose a file that is not empty'],
    ['a program', new File([Uint8Array.from([0x7f, 0x45, 0x4c, 0x46])], 'signed.pdf'), 'this file is none of them'],
    ['more than 4 MB', new File([new Uint8Array(paperLimit + 1).fill(0x61)], 'long.txt'), 'At most 4 MB'],
  ])('that is %s is refused beside its field', async (_title, file, sentence) => {
    const answer = await upload(harper, await paperPage(), file)
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(html).toMatch(new RegExp(`id="field-file-error"[^>]*>[^<]*${sentence}`))
  })
  test('is attached, shown with its digest, replaced, removed, and downloaded as it was, without JavaScript', async () => {
    const first = await upload(harper, await paperPage(), new File(['first'], 'first.txt', { type: 'text/html' }))
    expect([first.status, first.headers.get('location')]).toEqual([302, `/requests/${number}/form/review`])
    await upload(harper, await paperPage(), new File([text], '../signed "here".pdf'))
    const review = await harper.get(`/requests/${number}/form/review`)
    expect(review.text).toContain(digest)
    expect(review.text).not.toContain('first.txt')
    const at = review.link(/\/paper\/[0-9a-f-]{36}$/)
    const answer = await fetch(fresh.app.url + at, { headers: { Cookie: harper.cookieHeader } })
    expect(await answer.text()).toBe(text)
    expect(answer.headers.get('Content-Type')).toBe('application/octet-stream')
    expect(answer.headers.get('Content-Disposition')).toMatch(
      /^attachment; filename="paper-\d+"; filename\*=UTF-8''signed%20here%20\.pdf$/,
    )
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'; sandbox")
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    const status = async (client: FormClient) =>
      (await fetch(fresh.app.url + at, { headers: { Cookie: client.cookieHeader }, redirect: 'manual' })).status
    expect(await status(await as('Drew Dogwood'))).toBe(200) // the owner's own
    for (const name of ['Avery Alder', 'Xan Xenon']) expect(await status(await as(name)), name).toBe(404)
    expect(await status(new FormClient(fresh.app.url))).toBe(302)
    const removed = await harper.submit(await paperPage(), 'Remove it')
    expect(removed.text).not.toContain(digest)
    expect(await status(harper)).toBe(404)
  })
  test('is none of a request that a firm wrote itself', async () => {
    expect((await harper.get('/requests/5/paper')).text).toContain('It takes no paper')
    expect((await (await as('Avery Alder')).get('/requests/5/paper')).status).toBe(403)
  })
})
