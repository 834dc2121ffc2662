import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findInvitation, useInvitation } from '#app/http/invitations.server.ts'
import { codeTries } from '#domain/people/code.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Role } from '#domain/people/roles.ts'
import { changeRoles } from '#services/people/change-roles.ts'
import { disableUser } from '#services/people/disable-user.ts'
import { addDomain, endDomain } from '#services/people/firm-domains.ts'
import { inviteUser } from '#services/people/invite-user.ts'
import { passCode } from '#services/people/pass-code.ts'
import { codeAtConsole, inviteAtConsole } from '#services/people/people-at-console.ts'
import { renewLink } from '#services/people/renew-link.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { addActor } from '#test/support/people.ts'
import { openSandbox, type Sandbox } from '#test/support/sandbox.ts'
import { codeOf, done } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
/** Two administrators of the exchange, and a second one of Alder Trading beside Alex. */
let hadley: Actor
let hart: Actor
let alex: Actor
let aubrey: Actor
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
  const add = (email: string, firm: string, role: Role) =>
    addActor(db.database, { email, firm, roles: [role] }, db.clock.now)
  hadley = await add('hadley@harbor.example', 'Harbor Exchange', 'administrator')
  hart = await add('hart@harbor.example', 'Harbor Exchange', 'administrator')
  aubrey = await add('aubrey@alder.example', 'Alder Trading', 'firm-admin')
  alex = await sandbox.actor('alex')
})
afterAll(() => db?.close())

const commandId = () => randomUUID()
const firmIdOf = async (name: string) =>
  (await db.owner<{ id: string }[]>`select id from dc.firms where name = ${name}`)[0]?.id ?? ''
const userIdOf = async (email: string) =>
  (await db.owner<{ id: string }[]>`select id from dc.users where email = ${email}`)[0]?.id ?? ''
let count = 0
const invite = async (by: Actor, over: { firm?: string; email?: string; roles?: Role[] } = {}) => {
  sandbox.tick()
  const { firm = by.firmName, email = `new${++count}@${by.email.split('@')[1]}`, roles = ['viewer'] } = over
  const input = { commandId: commandId(), firmId: await firmIdOf(firm), email, name: 'Nova Sample', roles }
  return inviteUser(input, by, sandbox.deps)
}
const take = (by: Actor, userId: string) => {
  sandbox.tick()
  return passCode({ commandId: commandId(), userId }, by, sandbox.deps)
}
const renew = (by: Actor, userId: string) => {
  sandbox.tick()
  return renewLink({ commandId: commandId(), userId, reason: 'Lost.' }, by, sandbox.deps)
}
const use = (token: string | null, code: string | null) =>
  db.database.asAuth((tx) => useInvitation(tx, token ?? '', code ?? '', db.clock.now))
const find = (token: string | null) => db.database.asAuth((tx) => findInvitation(tx, token ?? '', db.clock.now))
const events = (userId: string) =>
  db.owner<{ action: string; refused: string | null }[]>`
    select action, refused from dc.audit_events where object_id = ${userId} order by seq`

describe('the exchange', () => {
  test('names nobody in a firm that has an administrator, whatever the form says', async () => {
    for (const roles of [['clearing-signatory'], ['viewer'], ['firm-admin']] as Role[][])
      expect(codeOf(await invite(hadley, { firm: 'Alder Trading', email: `x${++count}@alder.example`, roles }))).toBe(
        'others-people',
      )
  })
  test('names the first administrator of a firm that has none, and nobody else of it', async () => {
    const xenon = { firm: 'Xenon Clearing' }
    for (const roles of [['clearing-signatory'], ['firm-admin', 'clearing-signatory'], []] as Role[][])
      expect(codeOf(await invite(hadley, { ...xenon, email: `x${++count}@xenon.example`, roles }))).toBe(
        'others-people',
      )
    const first = done(await invite(hadley, { ...xenon, email: 'fern@xenon.example', roles: ['firm-admin'] }))
    expect(first.token).toMatch(/^[0-9a-f]{64}$/)
    const second = { ...xenon, email: 'fox@xenon.example', roles: ['firm-admin'] as Role[] }
    expect(codeOf(await invite(hart, second))).toBe('others-people')
    // and a firm of which somebody else is administrator is nobody's of another firm
    expect(codeOf(await invite(alex, { ...second, email: 'fox2@xenon.example' }))).toBe('not-found')
  })
  test('gives no role in a firm; but locks anybody out', async () => {
    const userId = await userIdOf('avery@alder.example')
    const roles = ['clearing-signatory'] as Role[]
    const change = (by: Actor) =>
      changeRoles({ commandId: commandId(), userId, version: 1, roles, reason: 'x' }, by, sandbox.deps)
    expect(await change(hadley)).toMatchObject({ error: { code: 'not-allowed', needs: 'firm-admin' } })
    const gone = done(await invite(alex))
    done(await disableUser({ commandId: commandId(), userId: gone.userId, reason: 'Asked for.' }, hadley, sandbox.deps))
    expect(await find(gone.token)).toBeUndefined()
    // whoever does it again is told that it is so, and the trail has it once
    const again = { commandId: commandId(), userId: gone.userId, reason: 'Again.' }
    expect(codeOf(await disableUser(again, hadley, sandbox.deps))).toBe('already-disabled')
    const disabled = (await events(gone.userId)).filter(({ action }) => action === 'user.disable')
    expect(disabled.map(({ refused }) => refused)).toEqual([null, 'already-disabled'])
  })
})

describe('a link', () => {
  test('opens nothing without the code, which whoever made the link never gets', async () => {
    const { userId, token } = done(await invite(alex))
    expect(await use(token, null)).toBeUndefined()
    expect(codeOf(await take(alex, userId))).toBe('own-link')
    expect(codeOf(await take(await sandbox.actor('avery'), userId))).toBe('not-allowed')
    expect(codeOf(await take(await sandbox.actor('harper'), userId))).toBe('not-allowed')
    const xan = await addActor(
      db.database,
      { email: 'xylo@xenon.example', firm: 'Xenon Clearing', roles: ['firm-admin'] },
      db.clock.now,
    )
    expect(codeOf(await take(xan, userId))).toBe('not-found')
    const { code } = done(await take(aubrey, userId))
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
    expect(await use('0'.repeat(64), code)).toBeUndefined()
    expect(await use(token, `${code?.toLowerCase().replaceAll('-', ' ')}`)).toBe(userId)
    expect(await use(token, code)).toBeUndefined()
    expect(await events(userId)).toEqual([
      { action: 'user.invite', refused: null },
      { action: 'user.pass-code', refused: 'own-link' },
      { action: 'user.pass-code', refused: 'not-allowed' },
      { action: 'user.pass-code', refused: 'not-allowed' },
      { action: 'user.pass-code', refused: 'not-found' },
      { action: 'user.pass-code', refused: null },
    ])
  })
  test('of a firm may have its code passed on by the exchange, and of the exchange by its second administrator alone', async () => {
    const ofAlder = done(await invite(alex))
    const { code } = done(await take(hadley, ofAlder.userId))
    expect(await use(ofAlder.token, code)).toBe(ofAlder.userId)
    const ofHarbor = done(await invite(hadley, { roles: ['gam'] }))
    expect(codeOf(await take(hadley, ofHarbor.userId))).toBe('own-link')
    expect(codeOf(await take(aubrey, ofHarbor.userId))).toBe('not-found')
    expect(done(await take(hart, ofHarbor.userId)).code).not.toBeNull()
  })
  test('dies with the tenth wrong code; each was counted before it was looked at', async () => {
    const { userId, token } = done(await invite(alex))
    const { code } = done(await take(aubrey, userId))
    const wrong = Array.from({ length: 40 }, (_, i) => use(token, `WRONG-${i}`))
    expect(new Set(await Promise.all(wrong))).toEqual(new Set([undefined]))
    const [row] = await db.owner`select codes_tried from dc.invitations where user_id = ${userId}`
    expect(row).toEqual({ codes_tried: codeTries })
    expect(await use(token, code)).toBeUndefined()
    expect(await find(token)).toBeUndefined()
    expect(codeOf(await take(aubrey, userId))).toBe('no-link')
  })
  test('and a newer code replaces the older; a form sent twice shows neither again', async () => {
    const { userId, token } = done(await invite(alex))
    const input = { commandId: commandId(), userId }
    const first = done(await passCode(input, aubrey, sandbox.deps))
    expect(done(await passCode(input, aubrey, sandbox.deps))).toEqual({ ...first, code: null })
    const second = done(await take(hart, userId))
    expect(await use(token, first.code)).toBeUndefined()
    expect(await use(token, second.code)).toBe(userId)
  })
  test('is worth nothing after seven days, and after a newer one, whose code is another', async () => {
    const old = done(await invite(alex))
    const { code } = done(await take(aubrey, old.userId))
    const fresh = done(await renew(alex, old.userId))
    expect(await use(old.token, code)).toBeUndefined()
    expect(await use(fresh.token, code)).toBeUndefined()
    expect(codeOf(await take(alex, old.userId))).toBe('own-link')
    const last = done(await take(aubrey, old.userId))
    sandbox.tick(7 * 86_400_000)
    expect(await use(fresh.token, last.code)).toBeUndefined()
    expect(codeOf(await take(aubrey, old.userId))).toBe('no-link')
  })
  test('for somebody who is known is made by an administrator of theirs, never by themselves or another firm', async () => {
    const avery = await userIdOf('avery@alder.example')
    expect(codeOf(await renew(aubrey, avery))).toBe('done')
    expect(codeOf(await renew(aubrey, aubrey.userId))).toBe('own-account')
    expect(codeOf(await renew(hadley, avery))).toBe('not-allowed')
    expect(codeOf(await renew(hadley, alex.userId))).toBe('not-allowed') // Aubrey could
    expect(codeOf(await renew(await sandbox.actor('casey'), avery))).toBe('not-found')
    expect(codeOf(await renew(await sandbox.actor('avery'), alex.userId))).toBe('not-allowed')
  })
  test('for the only administrator of a firm is the exchange’s to make', async () => {
    const only = await addActor(
      db.database,
      { email: 'bo@birch.example', firm: 'Birch Clearing', roles: ['firm-admin'] },
      db.clock.now,
    )
    const { token } = done(await renew(hadley, only.userId))
    expect(codeOf(await take(hadley, only.userId))).toBe('own-link')
    expect(codeOf(await take(only, only.userId))).toBe('own-link')
    expect(await use(token, done(await take(hart, only.userId)).code)).toBe(only.userId)
  })
})

describe('an address', () => {
  test('that is taken, of another firm or of nobody’s domain is refused in the same words', async () => {
    const taken = await invite(alex, { email: 'avery@alder.example' })
    const addresses = ['casey@cedar.example', 'free@cedar.example', 'x@nowhere.example', 'x@mail.alder.example']
    for (const email of [...addresses, 'x@cedar.example@alder.example.evil.example'])
      expect(await invite(alex, { email })).toEqual(taken)
    expect(taken).toEqual({
      ok: false,
      error: { code: 'address-refused', firm: 'Alder Trading', domains: ['alder.example'] },
    })
  })
  test('is taken once by many invitations at once', async () => {
    const email = 'once@alder.example'
    const answers = await Promise.all([invite(alex, { email }), invite(aubrey, { email }), invite(alex, { email })])
    expect(answers.map(codeOf).sort()).toEqual(['address-refused', 'address-refused', 'done'])
  })
})

describe('a domain', () => {
  const add = async (by: Actor, firm: string, domain: string) => {
    sandbox.tick()
    const input = { commandId: commandId(), firmId: await firmIdOf(firm), domain, reason: 'Their letterhead.' }
    return addDomain(input, by, sandbox.deps)
  }
  test('is kept by the exchange’s administrators alone, and belongs to one firm at a time', async () => {
    for (const by of [alex, await sandbox.actor('harper')])
      expect(await add(by, 'Alder Trading', 'alder-group.example')).toMatchObject({
        error: { code: 'not-allowed', needs: 'administrator' },
      })
    done(await add(hadley, 'Alder Trading', 'alder-group.example'))
    expect(codeOf(await add(hart, 'Cedar Markets', 'alder-group.example'))).toBe('domain-taken')
    expect(codeOf(await invite(alex, { email: 'ada@alder-group.example' }))).toBe('done')
    const [row] = await db.owner<{ id: string }[]>`select id from dc.firm_domains where domain = 'alder-group.example'`
    const end = async (by: Actor) => {
      sandbox.tick()
      const firmId = await firmIdOf('Alder Trading')
      return endDomain({ commandId: commandId(), firmId, domainId: row?.id ?? '', reason: 'Sold.' }, by, sandbox.deps)
    }
    expect(codeOf(await end(alex))).toBe('not-allowed')
    expect(codeOf(await end(hadley))).toBe('done')
    expect(codeOf(await end(hart))).toBe('domain-ended')
    expect(codeOf(await invite(alex, { email: 'ben@alder-group.example' }))).toBe('address-refused')
    expect(codeOf(await add(hart, 'Cedar Markets', 'alder-group.example'))).toBe('done')
    expect((await events(await firmIdOf('Alder Trading'))).map(({ action }) => action)).toContain('firm.end-domain')
  })
})

describe('the installation’s command line', () => {
  const by = { operator: 'sam' }
  const call = (email: string, firm?: string, roles: Role[] = []) => {
    sandbox.tick()
    const input = { email, firm, roles, name: undefined }
    return db.database.asJobs((tx) => inviteAtConsole(tx, input, by, sandbox.deps, db.clock.now))
  }
  const ask = (email: string) => db.database.asAuth((tx) => codeAtConsole(tx, email, by, sandbox.deps, db.clock.now))
  const said = (answer: { ok: boolean; error?: { sentence: string } }) => (answer.ok ? 'done' : answer.error?.sentence)

  test('invites the exchange’s people, and of a firm its first administrator alone', async () => {
    expect(said(await call('gil@harbor.example', 'Harbor Exchange', ['gam']))).toBe('done')
    expect(said(await call('x1@alder.example', '882', ['viewer']))).toContain('has an administrator')
    expect(said(await call('x1@cedar.example', '914', ['clearing-signatory']))).toContain('--role firm-admin alone')
    expect(said(await call('x1@cedar.example', '914', ['firm-admin']))).toBe('done')
    expect(said(await call('x2@cedar.example', '914', ['firm-admin']))).toContain('has an administrator')
    expect(said(await call('gus@alder.example', 'Harbor Exchange', ['gam']))).toContain('at no e-mail domain')
    expect(said(await call('gus@harbor.example', 'Harbor Exchange', ['gam', 'administrator']))).toContain('approving')
  })
  test('gives a code only while no administrator who may pass it on has a password', async () => {
    expect(said(await ask('nobody@harbor.example'))).toContain('no link waits')
    expect(said(await call('hadley@harbor.example'))).toBe('done')
    const alone = await ask('hadley@harbor.example')
    expect(alone).toMatchObject({ ok: true, value: { code: expect.stringMatching(/^.{14}$/) } })
    await db.owner`insert into dc.user_secrets (user_id, password_hash, changed_at) values (${hadley.userId}, 'x', now())`
    expect(said(await ask('hadley@harbor.example'))).toBe('done') // their own link is not theirs to pass on
    await db.owner`insert into dc.user_secrets (user_id, password_hash, changed_at) values (${hart.userId}, 'x', now())`
    expect(said(await ask('hadley@harbor.example'))).toBe('Noa Sample passes this code on, under Administration')
    const [event] = await db.owner`
      select actor_id, after from dc.audit_events where action = 'user.pass-code' and object_id = ${hadley.userId} limit 1`
    expect(event).toEqual({ actor_id: null, after: by })
  })
})
