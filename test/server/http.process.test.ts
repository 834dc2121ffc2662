import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type App,
  appEnvironment,
  type DataDirectory,
  databaseVariables,
  startApp,
  startFreshApp,
} from '#test/support/app.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
let data: DataDirectory
let app: App
let close: () => Promise<void>
beforeAll(async () => {
  ;({ db, data, app, close } = await startFreshApp())
})
afterAll(() => close?.())

/** A request as it goes over the wire, with exactly these headers: fetch adds and forbids some. */
function raw(
  path: string,
  options: { method?: string; headers?: Record<string, string>; chunks?: (string | Buffer)[] } = {},
) {
  const { method = 'POST', headers = {}, chunks = [] } = options
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpRequest(new URL(path, app.url), { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    request.on('error', reject)
    for (const chunk of chunks) request.write(chunk)
    request.end()
  })
}
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const own = () => ({ ...form, Origin: app.url })
const signIn = 'email=a%40b.example&password=x'

describe('a request that changes something', () => {
  test('passes when it comes from a page of ours', async () => {
    expect((await raw('/sign-in', { headers: own(), chunks: [signIn] })).status).toBe(401)
  })
  test.each([
    ['without an Origin', {}],
    ['with Origin null', { Origin: 'null' }],
    ['with another site’s Origin', { Origin: 'https://evil.example' }],
    ['with an Origin that is no address', { Origin: 'http://' }],
    ['with another port of this host', { Origin: 'http://127.0.0.1:1' }],
    ['with a forged X-Forwarded-Host', { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' }],
  ])('%s is refused, as document and as data', async (_title, headers) => {
    for (const path of ['/sign-in', '/sign-in.data', '/theme', '/nothing']) {
      const answer = await raw(path, { headers: { ...form, ...headers }, chunks: [signIn] })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('Nothing was changed')
    }
  })
})

/** Of one of the sandbox's people. */
async function cookieOf(email: string): Promise<string> {
  const [user] = await db.owner<{ id: string }[]>`select id from dc.users where email = ${email}`
  const answer = await fetch(`${app.url}/continue-as`, {
    method: 'POST',
    headers: { Origin: app.url },
    body: new URLSearchParams({ userId: user?.id ?? '' }),
    redirect: 'manual',
  })
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

describe('a body', () => {
  const filler = (kB: number) => `x=${'y'.repeat(kB * 1024)}`
  test('over 8 kB from nobody is refused, whatever length it claims', async () => {
    const length = { 'Content-Length': String(filler(9).length) }
    expect((await raw('/sign-in', { headers: { ...own(), ...length }, chunks: [filler(9)] })).status).toBe(413)
    const chunks = Array.from({ length: 12 }, () => 'z'.repeat(1024)) // chunked: no length at all
    expect((await raw('/sign-in', { headers: own(), chunks })).status).toBe(413)
  })
  test('just under it is read', async () => {
    expect((await raw('/sign-in', { headers: own(), chunks: [`${signIn}&${filler(7)}`] })).status).toBe(401)
  })
  test('of a draft may have 1 MB, of a paper 8 MB, from somebody who is signed in; nobody is asked to sign in', async () => {
    const cookie = await cookieOf('harper@harbor.example')
    const [draft, paper] = ['/requests/1/form/sources', '/requests/1/paper']
    const send = async (path: string, kB: number, headers: Record<string, string>) =>
      (await raw(path, { headers: { ...own(), ...headers }, chunks: [filler(kB)] })).status
    for (const kB of [7, 65]) expect([await send(draft, kB, {}), await send(paper, kB, {})]).toEqual([302, 302])
    expect(await send(draft, 900, { cookie })).toBe(422)
    expect(await send(draft, 1025, { cookie })).toBe(413)
    expect([await send(paper, 8000, { cookie }), await send(`${paper}.data`, 8000, { cookie })]).toEqual([422, 422])
    expect([await send(paper, 8193, { cookie }), await send('/sign-in', 65, { cookie })]).toEqual([413, 413])
  })
  test('that is not a form is refused in words of the portal', async () => {
    const json = { ...own(), 'Content-Type': 'application/json' }
    expect((await raw('/sign-in', { headers: json, chunks: ['{"email":"a"}'] })).status).toBe(422)
    const torn = { ...own(), 'Content-Type': 'multipart/form-data; boundary=x' }
    expect((await raw('/sign-in', { headers: torn, chunks: ['--x\r\nContent-Disp'] })).status).toBe(422)
  })
  test('that does not arrive whole changes nothing and harms nobody', async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(new URL('/sign-in', app.url), {
        method: 'POST',
        headers: { ...own(), 'Content-Length': '1000' },
        agent: false,
      })
      request.on('error', () => resolve())
      request.write('email=a', () => request.destroy())
    })
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
  })
})

describe('every answer', () => {
  const nonceOf = (response: Response) =>
    /'nonce-([^']+)'/.exec(response.headers.get('Content-Security-Policy') ?? '')?.[1]
  test('allows scripts with this answer’s nonce alone, and carries it in the document', async () => {
    const [first, second] = await Promise.all([fetch(`${app.url}/sign-in`), fetch(`${app.url}/sign-in`)])
    expect(nonceOf(first)).not.toBe(nonceOf(second))
    const html = await first.text()
    const nonces = [...html.matchAll(/<script\b[^>]*?nonce="([^"]*)"/g)].map((match) => match[1])
    expect(nonces.length).toBeGreaterThan(1)
    expect(new Set(nonces)).toEqual(new Set([nonceOf(first)]))
    expect(html).not.toMatch(/<script(?![^>]*nonce)[^>]*>/)
    expect(html).not.toMatch(/\sstyle="/)
  })
  test('is kept by no cache, tells no other site where one was, and does not say what it runs on', async () => {
    const { headers } = await fetch(`${app.url}/sign-in`)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Referrer-Policy')).toBe('same-origin')
    expect(headers.get('X-Powered-By')).toBeNull()
    expect(headers.get('Content-Security-Policy')).not.toContain('upgrade-insecure-requests')
    expect(headers.get('Strict-Transport-Security')).toBeNull()
  })
  test('about an address that is none of ours is a page that says so', async () => {
    const response = await fetch(`${app.url}/..%2f..%2fetc/passwd`)
    expect([302, 404]).toContain(response.status)
    expect((await fetch(`${app.url}/assets/nothing.js`)).status).toBe(404)
    expect((await fetch(`${app.url}/%`, { redirect: 'manual' })).status).toBe(400)
  })
})

describe('behind a proxy with an address of its own', () => {
  let proxied: App
  beforeAll(async () => {
    const behind = {
      PUBLIC_URL: 'https://portal.example/',
      TRUST_PROXY: '1',
      CONNECTOR: 'external',
      SANDBOX_TRAFFIC: '0',
    }
    const env = await appEnvironment(data, { ...databaseVariables(db), ...behind })
    proxied = await startApp({ ...env, DATA_DIR: `${env.DATA_DIR}-proxied` })
  })
  afterAll(async () => {
    await proxied?.stop()
  })
  test('forms from that address pass, cookies are secure, and the browser is told to stay on https', async () => {
    expect(proxied.url).toBe('https://portal.example')
    const port = /"port":(\d+)/.exec(proxied.log())?.[1]
    const here = `http://127.0.0.1:${port}`
    const people = await db.owner<{ id: string }[]>`select id from dc.users limit 1`
    const answer = await fetch(`${here}/continue-as`, {
      method: 'POST',
      headers: { Origin: 'https://portal.example', 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https' },
      body: new URLSearchParams({ userId: people[0]?.id ?? '' }),
      redirect: 'manual',
    })
    expect(answer.status).toBe(302)
    expect(answer.headers.getSetCookie().join()).toMatch(/Secure/)
    expect(answer.headers.get('Strict-Transport-Security')).toContain('max-age')
    expect(answer.headers.get('Content-Security-Policy')).toContain('upgrade-insecure-requests')
    const foreign = await fetch(`${here}/continue-as`, {
      method: 'POST',
      headers: { Origin: 'https://evil.example' },
      body: '',
    })
    expect(foreign.status).toBe(403)
  })
})

describe('becoming one of the sandbox’s people', () => {
  test.each(['', 'userId=nobody', 'userId=00000000-0000-4000-8000-000000000001'])(
    'by "%s" is a page that is not there',
    async (body) => {
      const answer = await raw('/continue-as', { headers: own(), chunks: [body] })
      expect(answer.status).toBe(404)
      expect(answer.text).toContain('There is nothing here')
    },
  )
})

describe('what probes ask', () => {
  test('needs nobody signed in, and is kept nowhere', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${app.url}${path}`)
      expect(response.headers.get('Content-Type')).toContain('application/json')
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
  })
})
