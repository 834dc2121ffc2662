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
}, 180_000)
afterAll(async () => {
  await app?.stop()
  data?.remove()
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
  test('takes more people from the command line while it runs', async () => {
    const command = [
      'app/cli/drop-copy.mjs',
      'user',
      'invite',
      'gil@harbor.example',
      '--firm',
      'Harbor Exchange',
      '--role',
      'gam',
    ]
    const { stdout } = await promisify(execFile)('node', command, {
      cwd: projectRoot,
      env: { NODE_ENV: 'production', ...env },
    })
    const link = /http:\S+/.exec(stdout)?.[0] ?? ''
    expect((await new FormClient(app.url).get(new URL(link).pathname)).text).toContain('Join Harbor Exchange')
  })
  test('keeps a connector that waits for its first configuration', async () => {
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    const ready = await fetch(`${app.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ reasons: [{ environment: 'production', code: 'never-ran' }] })
    expect(app.log()).not.toContain('child process ended')
  })
})
