import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type App,
  appEnvironment,
  type DataDirectory,
  dataDirectory,
  projectRoot,
  startApp,
} from '#test/support/app.ts'
import { FormClient } from '#test/support/form-client.ts'

let data: DataDirectory
let env: Record<string, string>
let app: App
beforeAll(async () => {
  data = dataDirectory()
  env = await appEnvironment(data, { MODE: 'production' })
  app = await startApp(env)
})
afterAll(async () => {
  await app?.stop()
  data?.remove()
})

const dropCopy = (...args: string[]) =>
  promisify(execFile)('node', ['app/cli/drop-copy.mjs', ...args], {
    cwd: projectRoot,
    env: { NODE_ENV: 'production', ...env },
  })
const setUpLink = () => /http:\S+\/set-up\/\S+/.exec(app.said())?.[0]
const password = 'nine plain lanterns'
const answers = {
  exchange: 'Harbor Exchange',
  name: 'Ira Harbor',
  email: 'ira@harbor.example',
  password,
  again: password,
}

describe('an installation in production mode', () => {
  test('starts empty: no people to click on, nobody to become', async () => {
    const page = await new FormClient(app.url).get('/sign-in')
    expect(page.text).not.toMatch(/Continue|sandbox/i)
    const answer = await fetch(`${app.url}/continue-as`, {
      method: 'POST',
      headers: { Origin: app.url },
      body: new URLSearchParams({ userId: '00000000-0000-4000-8000-000000000001' }),
      redirect: 'manual',
    })
    expect(answer.status).toBe(404)
  })
  test('prints another link at each start, and the old one is worth nothing', async () => {
    const first = new URL(setUpLink() ?? '').pathname
    await app.stop()
    app = await startApp(env)
    expect((await new FormClient(app.url).get(first)).text).toContain('no longer works')
    expect(new URL(setUpLink() ?? '').pathname).not.toBe(first)
  })
  test('lets whoever has the link set it up once, as its first administrator', async () => {
    const client = new FormClient(app.url)
    const path = new URL(setUpLink() ?? '').pathname
    const page = await client.get(path)
    const weak = await client.submit(page, 'Set up and sign in', { ...answers, password: 'short', again: 'short' })
    expect(weak.status).toBe(422)
    const done = await client.submit(page, 'Set up and sign in', answers)
    expect([done.url.pathname, done.status]).toEqual(['/', 200])
    const people = await client.get('/administration/people')
    expect(people.text).toContain('Ira Harbor')
    expect((await new FormClient(app.url).get(path)).text).toContain('no longer works')
    const again = await new FormClient(app.url).submit(page, 'Set up and sign in', {
      ...answers,
      email: 'x@harbor.example',
    })
    expect(again.status).toBe(410)
    expect(app.log()).not.toContain(path.split('/').at(-1))
  })
  test('prints no link once it has an administrator, who signs in with the password', async () => {
    await app.stop()
    app = await startApp(env)
    expect(setUpLink()).toBeUndefined()
    const client = new FormClient(app.url)
    const { email } = answers
    const status = await client.submit(await client.get('/sign-in'), 'Sign in', { email, password })
    expect([status.url.pathname, status.status]).toEqual(['/', 200])
  })
  test('gets its second administrator by a link of the first and a code of the command line, and then gives out no code there', async () => {
    const ira = new FormClient(app.url)
    const { email } = answers
    await ira.submit(await ira.get('/sign-in'), 'Sign in', { email, password })
    const second = { name: 'Ida Harbor', email: 'ida@harbor.example', 'roles[]': ['administrator'] }
    const invited = await ira.submit(await ira.get('/administration/people/invite'), 'Invite', second)
    const link = /http:[^\s"<]+invitations\/\w+/.exec(invited.html)?.[0] ?? ''
    const { stdout } = await dropCopy('user', 'code', second.email)
    const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){2}/.exec(stdout)?.[0] ?? ''
    const ida = new FormClient(app.url)
    const typed = { code, name: second.name, password, again: password }
    const joined = await ida.submit(await ida.get(new URL(link).pathname), /Set the password/, typed)
    expect(joined.url.pathname).toBe('/')
    const { stdout: printed } = await dropCopy(
      ...['user', 'invite', 'gil@harbor.example', '--firm', 'Harbor Exchange', '--role', 'gam'],
    )
    const path = new URL(/http:\S+/.exec(printed)?.[0] ?? '').pathname
    expect((await new FormClient(app.url).get(path)).text).toContain('Join Harbor Exchange')
    await expect(dropCopy('user', 'code', 'gil@harbor.example')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Ida Harbor or Ira Harbor passes this code on'),
    })
    // the page of firms is theirs, and a domain that they add is where its people are invited
    const firms = await ida.get('/administration/firms')
    expect(firms.text).toContain('harbor.example')
    const firm = await ida.get(firms.link(/Harbor Exchange/))
    const adding = await ida.get(firm.link(/Add a domain/))
    const added = await ida.submit(adding, 'Add the domain', { domain: 'Harbor-IT.example', reason: 'Our IT.' })
    expect(added.text).toContain('harbor-it.example')
    const again = await ida.get(added.link(/Add a domain/))
    const twice = await ida.submit(again, 'Add the domain', { domain: 'harbor-it.example', reason: 'Again.' })
    expect([twice.status, twice.text]).toEqual([422, expect.stringContaining('on file for a firm already')])
    const ended = await ida.submit(await ida.get(added.link(/End harbor-it/)), /^End harbor-it/, { reason: 'Closed.' })
    expect(ended.url.pathname).toBe(firm.url.pathname)
    expect(ended.html).not.toMatch(/End<span[^>]*> harbor-it/)
  })
  test('keeps a connector that waits for its first configuration', async () => {
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    const ready = await fetch(`${app.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ reasons: [{ environment: 'production', code: 'never-ran' }] })
    expect(app.log()).not.toContain('child process ended')
  })
})
