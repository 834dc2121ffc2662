import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Role } from '#domain/people/roles.ts'
import { type App, projectRoot, startFreshApp } from '#test/support/app.ts'
import { FormClient, type Page } from '#test/support/form-client.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { addInvited } from '#test/support/people.ts'

let db: FreshDb
let env: Record<string, string>
let app: App
let close: () => Promise<void>
beforeAll(async () => {
  ;({ db, env, app, close } = await startFreshApp())
})
afterAll(() => close?.())

const dropCopy = (...args: string[]) =>
  promisify(execFile)('node', ['app/cli/drop-copy.mjs', ...args], {
    cwd: projectRoot,
    env: { NODE_ENV: 'production', ...env },
  })
const inviteLink = async (email: string, ...more: string[]): Promise<string> => {
  const { stdout } = await dropCopy('user', 'invite', email, ...more)
  return /http:\S+/.exec(stdout)?.[0] ?? ''
}
const password = 'seven quiet harbours'

/** A person with a password, who came by a link and its code. */
async function person(email: string, role: Role = 'requester'): Promise<FormClient> {
  const { path, code } = await addInvited(db.database, { email, firm: 'Alder Trading', roles: [role] })
  const client = new FormClient(app.url)
  const page = await client.get(path)
  const joined = await client.submit(page, /Set the password/, { code, name: 'Noa Alder', password, again: password })
  expect(joined.url.pathname).toBe('/')
  return client
}
async function signIn(email: string, typed: string): Promise<{ client: FormClient; page: Page }> {
  const client = new FormClient(app.url)
  const page = await client.get('/sign-in')
  return { client, page: await client.submit(page, 'Sign in', { email, password: typed }) }
}
/** A sign-in over a connection that comes from this loopback address. */
const attemptFrom = (localAddress: string, email: string, typed: string) =>
  new Promise<{ status: number; retryAfter: string | undefined }>((resolve, reject) => {
    const headers = { Origin: app.url, 'Content-Type': 'application/x-www-form-urlencoded' }
    const options = { method: 'POST', headers, localAddress, agent: false }
    const sent = request(new URL('/sign-in', app.url), options, (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] })
      })
    })
    sent.on('error', reject).end(new URLSearchParams({ email, password: typed }).toString())
  })
const isSignedIn = async (client: FormClient) => (await client.get('/account')).url.pathname === '/account'
const sessionsOf = (email: string) =>
  db.owner<{ id: string; expires_at: Date }[]>`
    select s.id, s.expires_at from dc.auth_sessions s join dc.users u on u.id = s.user_id where u.email = ${email}`

describe('an invitation', () => {
  test('from the command line lets the person set a password once, with its code, and signs them in', async () => {
    const link = await inviteLink('kim@cedar.example', '--firm', '914', '--role', 'firm-admin', '--name', 'Kim Cedar')
    expect(link).toContain(`${app.url}/invitations/`)
    const client = new FormClient(app.url)
    const path = new URL(link).pathname
    const bare = await client.get(path)
    expect(bare.text).toContain('Join Cedar Markets')
    expect(bare.text).toContain('no administrator has taken the code for you yet')
    const { stdout } = await dropCopy('user', 'code', 'kim@cedar.example') // nobody who could pass it on has a password
    const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){2}/.exec(stdout)?.[0] ?? ''
    const page = await client.get(path)
    expect(page.text).not.toContain('has taken the code')
    const typed = { name: 'Kim Cedar', code, password, again: password }
    const weak = { ...typed, password: 'aaaaaaaaaaaa', again: 'aaaaaaaaaaaa' }
    expect((await client.submit(page, /Set the password/, weak)).status).toBe(422)
    const wrong = await client.submit(page, /Set the password/, { ...typed, code: '0000-0000-0000' })
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('not the code of this link')])
    const joined = await client.submit(page, /Set the password/, typed)
    expect(joined.url.pathname).toBe('/')
    expect((await new FormClient(app.url).get(path)).text).toContain('no longer works')
    expect((await client.submit(page, /Set the password/, typed)).status).toBe(410)
  })
  test('for somebody known prints another link, after which the first is worth nothing', async () => {
    const first = await inviteLink('lou@dogwood.example', '--firm', '733', '--role', 'firm-admin')
    const second = await inviteLink('lou@dogwood.example')
    expect((await new FormClient(app.url).get(new URL(first).pathname)).text).toContain('no longer works')
    expect((await new FormClient(app.url).get(new URL(second).pathname)).text).toContain('Dogwood Capital')
  })
  test.each([
    [
      ['user', 'invite', 'x@alder.example', '--firm', 'Nobody Inc', '--role', 'viewer'],
      'there is no firm "Nobody Inc"',
    ],
    [['user', 'invite', 'x@alder.example', '--firm', '882', '--role', 'gam'], 'is not a role of a firm'],
    [['user', 'invite', 'x@alder.example', '--firm', '882', '--role', 'viewer'], 'who invites its people'],
    [['user', 'invite', 'x@alder.example', '--firm', '882', '--role', 'king'], 'no such role: king'],
    [['user', 'invite', 'not an address', '--firm', '882', '--role', 'viewer'], 'is not an e-mail address'],
    [
      ['user', 'invite', 'x@alder.example', '--name', 'A\u202eB'],
      '--name: Holds a character that cannot be seen (U+202E)',
    ],
    [['user', 'invite', 'x\u001b@alder.example'], 'x\\u001b@alder.example is not an e-mail address'],
    [['user', 'code', 'x@alder.example'], 'no link waits for x@alder.example'],
  ])('%j is refused in words, with exit code 2', async (args, sentence) => {
    await expect(dropCopy(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) })
  })
  test('on the pages is a link for one administrator and a code for another, and neither sees both', async () => {
    const one = await person('ora@alder.example', 'firm-admin')
    const other = await person('oli@alder.example', 'firm-admin')
    const form = await one.get('/administration/people/invite')
    const foreign = { name: 'Nell', email: 'nell@cedar.example', 'roles[]': ['viewer'] }
    const refused = await one.submit(form, 'Invite', foreign)
    expect([refused.status, refused.text]).toEqual([
      422,
      expect.stringContaining('at alder.example that nobody has yet'),
    ])
    const invited = await one.submit(form, 'Invite', { ...foreign, email: 'nell@alder.example' })
    const link = /http:[^\s"<]+invitations\/\w+/.exec(invited.html)?.[0] ?? ''
    expect(invited.text).toContain('a code that you never see')
    const [{ id } = { id: '' }] = await db.owner<{ id: string }[]>`
      select id from dc.users where email = 'nell@alder.example'`
    expect((await one.get('/administration/people')).html).not.toContain(`${id}/code`)
    expect((await one.get(`/administration/people/${id}/code`)).text).toContain('You made this link')
    const list = await other.get('/administration/people')
    expect(list.text).toContain('code not taken yet')
    const taken = await other.submit(await other.get(list.link(new RegExp(`${id}/code`))), 'Take the code')
    const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){2}/.exec(taken.text)?.[0] ?? ''
    expect(taken.html).not.toContain('/invitations/')
    const nell = new FormClient(app.url)
    const page = await nell.get(new URL(link).pathname)
    const typed = { code, name: 'Nell Alder', password, again: password }
    expect((await nell.submit(page, /Set the password/, typed)).url.pathname).toBe('/')
    // and the way back after a lost password: a new link by one, a code by the other, the name as it was
    const renewed = await other.submit(await other.get(`/administration/people/${id}/link`), 'Make a new link', {
      reason: 'Lost password.',
    })
    const again = /http:[^\s"<]+invitations\/\w+/.exec(renewed.html)?.[0] ?? ''
    const back = await nell.get(new URL(again).pathname)
    expect(back.text).toContain('Choose a new password')
    expect(back.html).not.toContain('name="name"')
    expect(await isSignedIn(nell)).toBe(true)
  })
})

describe('signing in', () => {
  test('makes a session whose id the database knows only as a hash', async () => {
    await person('mia@alder.example')
    const response = await fetch(`${app.url}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: app.url, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email: 'MIA@alder.example ', password }),
    })
    expect(response.status).toBe(302)
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('drop_copy_')) ?? ''
    expect(cookie).toContain(`drop_copy_${new URL(app.url).port}=`)
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    expect(cookie).not.toMatch(/Secure/) // plain http on loopback
    const value = /=([^;]+)/.exec(cookie)?.[1] ?? ''
    const ids = (await sessionsOf('mia@alder.example')).map(({ id }) => id)
    expect(ids).toContain(createHash('sha256').update(value).digest('hex'))
    expect(ids).not.toContain(value)
  })
  test('answers an unknown e-mail as it answers a wrong password', async () => {
    await person('nia@alder.example')
    const wrong = await signIn('nia@alder.example', 'something else')
    const unknown = await signIn('nobody@alder.example', 'something else')
    expect([wrong.page.status, unknown.page.status]).toEqual([401, 401])
    expect(unknown.page.text.replace('nobody', 'nia')).toBe(wrong.page.text)
  })
  test('is never shut by strangers: ten wrong passwords shut one account from one address alone', async () => {
    await person('oda@alder.example')
    for (let i = 0; i < 10; i++)
      expect((await attemptFrom('127.0.0.2', 'oda@alder.example', `wrong ${i}`)).status).toBe(401)
    const there = await attemptFrom('127.0.0.2', 'oda@alder.example', password)
    expect(there).toEqual({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) })
    expect((await attemptFrom('127.0.0.2', 'unknown@alder.example', password)).status).toBe(401)
    expect(await isSignedIn((await signIn('oda@alder.example', password)).client)).toBe(true)
    // and the change of the password is counted elsewhere
    const { client } = await signIn('oda@alder.example', password)
    for (let i = 0; i < 10; i++) await attemptFrom('127.0.0.1', 'oda@alder.example', `wrong ${i}`)
    const next = 'eleven slow tides'
    const changed = await client.submit(await client.get('/account'), 'Change password', {
      current: password,
      next,
      again: next,
    })
    expect(changed.text).toContain('Password changed')
  })
  test('looks at ten passwords of 150 that come at once', async () => {
    await person('pia@alder.example')
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, i) => attemptFrom('127.0.0.3', 'pia@alder.example', `wrong ${i}`)),
    )
    const counts = { 401: 0, 429: 0 }
    for (const { status } of answers) counts[status === 401 ? 401 : 429]++
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]))
    expect(counts).toEqual({ 401: 10, 429: 140 })
    expect(await isSignedIn((await signIn('pia@alder.example', password)).client)).toBe(true)
  })
  test('leaves an audit event, refused or not, and no secret in the log', async () => {
    const events = await db.owner<{ refused: string | null }[]>`
      select distinct e.refused from dc.audit_events e join dc.users u on u.id = e.actor_id
      where e.action = 'sign-in' and u.email = 'nia@alder.example'`
    expect(events.map(({ refused }) => refused)).toEqual(['wrong-credentials'])
    expect(app.log()).not.toContain(password)
    expect(app.log()).toContain('/invitations/***')
    expect(app.log()).not.toMatch(/invitations\/[\w-]{20}/)
  })
})

describe('a session', () => {
  test('ends at sign-out', async () => {
    const client = await person('ria@alder.example')
    expect(await isSignedIn(client)).toBe(true)
    await client.submit(await client.get('/account'), /Sign out/)
    expect(await isSignedIn(client)).toBe(false)
    expect(await sessionsOf('ria@alder.example')).toEqual([])
  })
  test('ends when the password is changed elsewhere; the browser that changed it goes on', async () => {
    const here = await person('sia@alder.example')
    const there = (await signIn('sia@alder.example', password)).client
    const page = await here.get('/account')
    const next = 'eleven slow tides'
    const wrong = await here.submit(page, 'Change password', { current: 'no', next, again: next })
    expect(wrong.status).toBe(401)
    await here.submit(page, 'Change password', { current: password, next, again: next })
    expect(await isSignedIn(here)).toBe(true)
    expect(await isSignedIn(there)).toBe(false)
    expect((await signIn('sia@alder.example', password)).page.status).toBe(401)
  })
  test('ends at once when the person is disabled', async () => {
    const client = await person('tia@alder.example')
    await db.owner`update dc.users set state = 'disabled' where email = 'tia@alder.example'`
    expect(await isSignedIn(client)).toBe(false)
    expect((await signIn('tia@alder.example', password)).page.status).toBe(401)
  })
  test('ends with a change of the person’s roles, on a page that says what follows and asks why', async () => {
    const member = await person('rex@alder.example')
    const admin = await person('adi@alder.example', 'firm-admin')
    const [{ id } = { id: '' }] = await db.owner<{ id: string }[]>`
      select id from dc.users where email = 'rex@alder.example'`
    expect((await admin.get('/administration/people')).html).toContain(`/administration/people/${id}/roles`)
    const page = await admin.get(`/administration/people/${id}/roles`)
    expect(page.text).toContain('signed out everywhere at once')
    const same = await admin.submit(page, 'Change roles', { reason: 'Nothing.' })
    expect([same.status, await isSignedIn(member)]).toEqual([422, true])
    const changed = await admin.submit(page, 'Change roles', { 'roles[]': ['viewer'], reason: 'Moved to audit.' })
    expect(changed.url.pathname).toBe('/administration/people')
    expect(await sessionsOf('rex@alder.example')).toEqual([])
    expect(await isSignedIn(member)).toBe(false)
    expect(await isSignedIn((await signIn('rex@alder.example', password)).client)).toBe(true)
    const [event] = await db.owner<{ reason: string; after: unknown }[]>`
      select reason, after from dc.audit_events where action = 'user.change-roles' and object_id = ${id} and refused is null`
    expect(event).toEqual({ reason: 'Moved to audit.', after: { roles: ['viewer'] } })
  })
  test('ends when it was idle too long, and after twelve hours in any case', async () => {
    const idle = await person('uma@alder.example')
    await db.owner`update dc.auth_sessions set expires_at = now() - interval '1 second'`
    expect(await isSignedIn(idle)).toBe(false)
    const old = await person('una@alder.example')
    const [made] =
      await db.owner`select absolute_until - created_at = interval '12 hours' as half_a_day from dc.auth_sessions`
    expect(made).toEqual({ half_a_day: true })
    await db.owner`update dc.auth_sessions set absolute_until = now() - interval '1 second'`
    expect(await isSignedIn(old)).toBe(false)
  })
  test('is prolonged by a navigation, and not by an event stream', async () => {
    const client = await person('via@alder.example')
    const soon = () => db.owner`update dc.auth_sessions set expires_at = now() + interval '10 minutes'`
    const left = async () => ((await sessionsOf('via@alder.example'))[0]?.expires_at.getTime() ?? 0) - Date.now()
    await soon()
    const stream = await fetch(`${app.url}/events/status`, { headers: { Cookie: client.cookieHeader } })
    expect(stream.status).toBe(200)
    await stream.body?.cancel()
    expect(await left()).toBeLessThan(11 * 60_000)
    expect(await isSignedIn(client)).toBe(true)
    expect(await left()).toBeGreaterThan(3 * 3600_000)
  })
})
