import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/group/consents.ts'
import { listSights } from '#db/queries/group/groups.ts'
import type { Role } from '#domain/people/roles.ts'
import type { SessionCommand } from '#domain/session/command.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { expireRequests } from '#services/jobs/jobs.ts'
import { changeRoles } from '#services/people/change-roles.ts'
import { disableUser } from '#services/people/disable-user.ts'
import { inviteUser } from '#services/people/invite-user.ts'
import { undoPublication } from '#services/publication/undo-publication.ts'
import { commandSession } from '#services/session/command-session.ts'
import { createCredential } from '#services/target/create-credential.ts'
import { failOverTarget } from '#services/target/fail-over-target.ts'
import { pause, pauseTarget } from '#services/target/pause-target.ts'
import { resume, resumeTarget } from '#services/target/resume-target.ts'
import { revokeCredential } from '#services/target/revoke-credential.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { groupHistory } from '#test/support/pages.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { codeOf, done, groupIdOf, openWorkflow, stateOf, type Workflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
let sessionId: string
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
  sessionId = sandbox.seeded.client.sessionId
})
afterAll(() => db.close())

type TargetDocument = {
  active?: string
  paused: boolean
  sources: string[]
  revoked: string[]
  credentials: { ref: string }[]
}
/** What the connector would run for a target now. */
async function part(of = sessionId): Promise<TargetDocument | null> {
  const [row] = await db.owner<{ document: TargetDocument | null }[]>`
    select document from dc.configuration_parts where kind = 'target' and object_id = ${of} order by number desc limit 1`
  return row?.document ?? null
}
const act = async (command: typeof pauseTarget | typeof resumeTarget, person: Person) => {
  sandbox.tick()
  return command(
    { commandId: randomUUID(), sessionId, reason: 'Maintenance.' },
    await sandbox.actor(person),
    sandbox.deps,
  )
}
const password = async (person: Person, commandId = randomUUID()) => {
  sandbox.tick()
  return createCredential({ commandId, sessionId, reason: 'New password.' }, await sandbox.actor(person), sandbox.deps)
}

describe('pausing a target', () => {
  test('is published at once, and undone by whoever paused it or by operations', async () => {
    expect(codeOf(await act(pauseTarget, 'xan'))).toBe('not-found')
    expect(codeOf(await act(pauseTarget, 'harper'))).toBe('not-allowed')
    done(await act(pauseTarget, 'hollis'))
    expect((await part())?.paused).toBe(true)
    expect(await act(pauseTarget, 'casey')).toMatchObject({ ok: false, error: { code: 'already-paused' } })
    expect(codeOf(await act(resumeTarget, 'casey'))).toBe('not-allowed')
    done(await act(resumeTarget, 'hollis'))
    expect((await part())?.paused).toBe(false)
    expect(codeOf(await act(resumeTarget, 'hollis'))).toBe('not-paused')
  })
})

describe('failing a target over', () => {
  const failOver = async (person: Person, to: 'primary' | 'backup', commandId = randomUUID()) => {
    sandbox.tick()
    const input = { commandId, sessionId, to, reason: 'The primary line is down.' }
    return failOverTarget(input, await sandbox.actor(person), sandbox.deps)
  }
  const setListen = (listen: object[]) =>
    db.owner`update dc.targets set listen = ${db.owner.json(listen as never)} where session_id = ${sessionId}`

  test('is a GAM’s, is published at once, and done again does nothing', async () => {
    expect(codeOf(await failOver('casey', 'backup'))).toBe('not-allowed')
    expect(codeOf(await failOver('xan', 'backup'))).toBe('not-found')
    const { version } = done(await failOver('harper', 'backup'))
    expect(version).toBeGreaterThan(0)
    expect((await part())?.active).toBe('backup')
    expect(done(await failOver('harper', 'backup'))).toEqual({ version: null })
    const [event] = await db.owner`
      select before, after, reason from dc.audit_events where action = 'target.fail-over' and refused is null order by seq desc limit 1`
    expect(event).toMatchObject({ before: { active: 'primary' }, after: { active: 'backup', version } })
    done(await failOver('harper', 'primary'))
    expect((await part())?.active).toBeUndefined()
  })

  test('is refused where there is one address, and where the other one stands in for what is asked', async () => {
    const [row] = await db.owner<{ listen: object[] }[]>`select listen from dc.targets where session_id = ${sessionId}`
    const both = row?.listen ?? []
    await setListen(both.slice(0, 1))
    expect(await failOver('harper', 'backup')).toMatchObject({ ok: false, error: { code: 'unfit-failover' } })
    await setListen(both)
    const [connector] = await db.owner<{ connector: string }[]>`select connector from dc.observed_connectors limit 1`
    const alarm = { environment: 'sandbox', connector: connector?.connector, code: 'failover', kind: 'target' }
    await db.owner`insert into dc.observed_alarms ${db.owner({ ...alarm, object_id: sessionId, says: 'x', since: db.clock.now })}`
    expect(codeOf(await failOver('harper', 'primary'))).toBe('unfit-failover')
    await db.owner`delete from dc.observed_alarms`
  })
})

describe('the operator, from the command line', () => {
  const operator = { operator: 'root' }
  const by = (command: typeof pause) => {
    sandbox.tick()
    return db.database.asJobs((tx) => command(tx, { sessionId, reason: 'Maintenance.' }, operator, db.clock.now))
  }
  const history = async (person: Person) => {
    const me = await sandbox.actor(person)
    const groupId = await groupIdOf(db, sandbox.seeded.client.group)
    return groupHistory(db, me, groupId)
  }

  test('pauses as nobody in particular, and operations may resume it, but no technical contact', async () => {
    done(await by(pause))
    expect((await part())?.paused).toBe(true)
    expect(await act(pauseTarget, 'hollis')).toMatchObject({ ok: false, error: { by: 'the operator' } })
    expect(codeOf(await act(resumeTarget, 'casey'))).toBe('not-allowed')
    done(await act(resumeTarget, 'hollis'))
    done(await by(pause))
    done(await by(resume))
    expect((await part())?.paused).toBe(false)
    expect(codeOf(await by(resume))).toBe('not-paused')
  })

  test('commands a session with an event that names them, which the group’s own people read', async () => {
    const { firmId: ownerId } = await sandbox.actor('casey')
    const of = { kind: 'target' as const, session: sessionId, environment: 'sandbox' as const, shard: 'main', ownerId }
    const ask = (id: string, command: SessionCommand) =>
      db.database.asJobs((tx) =>
        commandSession(tx, of, command, { ...operator, reason: 'The client lost its numbers.', id }, db.clock.now),
      )
    const id = randomUUID()
    expect(await ask(id, { action: 'reset' })).toMatchObject({ ok: true })
    expect((await ask(randomUUID(), { action: 'accept-reset' })).ok).toBe(false)
    const [row] =
      await db.owner`select action, operator, (expires_at - asked_at)::text as lasts from dc.session_commands`
    expect(row).toMatchObject({ action: 'reset', operator: 'root', lasts: '00:10:00' })
    const [event] = await db.owner`select actor_id, after from dc.audit_events where action = 'session.reset'`
    expect(event).toMatchObject({ actor_id: null, after: { operator: 'root', command: id, session: sessionId } })
    expect((await history('casey'))?.rows[0]).toMatchObject({
      what: `Sequence numbers reset on ${sessionId}`,
      by: 'the operator',
      reason: 'The client lost its numbers.',
    })
  })
})

describe('a password', () => {
  test('is shown once, stored as a verifier that the connector can check, and published by reference', async () => {
    const commandId = randomUUID()
    const made = done(await password('casey', commandId))
    expect(made.secret).toMatch(/^[A-Z2-9]{32}$/)
    const [row] = await db.owner<{ verifier: { salt: string; sha256: string }; fingerprint: string }[]>`
      select verifier, fingerprint from dc.target_credentials where id = ${made.credentialId}`
    const { salt, sha256 } = row!.verifier
    expect(
      createHash('sha256')
        .update(salt + made.secret)
        .digest('hex'),
    ).toBe(sha256)
    expect(made.fingerprint).toBe(row?.fingerprint)
    expect((await part())?.credentials.map((one) => one.ref)).toContain(made.credentialId)
    expect(done(await password('casey', commandId))).toEqual({ ...made, secret: null })
    const [kept] = await db.owner`select answer::text as answer from dc.commands where id = ${commandId}`
    expect(kept?.answer).not.toContain(made.secret)
  })

  test('may live beside one other, not beside two', async () => {
    expect(await password('casey')).toMatchObject({ ok: false, error: { code: 'too-many-credentials', limit: 2 } })
  })

  test('is made by nobody of the exchange, no approver and no other firm', async () => {
    expect(codeOf(await password('hollis'))).toBe('not-allowed')
    expect(codeOf(await password('xan'))).toBe('not-found')
    expect(codeOf(await password('alex'))).toBe('not-found')
  })

  test('is revoked at once, by its firm or by operations, once', async () => {
    const [first] = await db.owner<
      { id: string }[]
    >`select id from dc.target_credentials where revoked_at is null order by claimed_at limit 1`
    const input = { commandId: randomUUID(), credentialId: first!.id, reason: 'Leaked.' }
    expect(codeOf(await revokeCredential(input, await sandbox.actor('drew'), sandbox.deps))).toBe('not-found')
    done(await revokeCredential({ ...input, commandId: randomUUID() }, await sandbox.actor('hollis'), sandbox.deps))
    expect((await part())?.credentials.map((one) => one.ref)).not.toContain(first!.id)
    const again = await revokeCredential(
      { ...input, commandId: randomUUID() },
      await sandbox.actor('casey'),
      sandbox.deps,
    )
    expect(codeOf(again)).toBe('already-revoked')
  })
})

describe('withdrawing consent', () => {
  const withdraw = async (person: Person, sources: string[], mode: 'from-now-on' | 'nothing-again') => {
    sandbox.tick()
    const groupId = await groupIdOf(db, 'Cedar risk')
    return withdrawConsent(
      { commandId: randomUUID(), groupId, sources, mode, reason: 'Limits.' },
      await sandbox.actor(person),
      sandbox.deps,
    )
  }

  test('takes the source out of the group at once, on one signatory’s word', async () => {
    expect(codeOf(await withdraw('casey', ['R5C914'], 'from-now-on'))).toBe('not-allowed')
    expect(codeOf(await withdraw('bailey', ['R5C914'], 'from-now-on'))).toBe('nothing-to-withdraw')
    expect(done(await withdraw('xan', ['R5C914', 'S2D914'], 'from-now-on')).sources).toEqual(['R5C914'])
    expect(await part()).toMatchObject({ sources: ['S2D914'], revoked: [] })
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })

  test('leaves every guarantor a row that says how large the group is and where its own copies went, and no more', async () => {
    const seenBy = async (person: Person) => {
      const me = await sandbox.actor(person)
      return db.database.withActor(me, async (tx) => listSights(tx, [await groupIdOf(db, 'Cedar risk')]))
    }
    const groupId = await groupIdOf(db, 'Cedar risk')
    expect(await seenBy('xan')).toEqual([{ groupId, sources: 1, sessions: [sessionId] }])
    expect(await seenBy('bailey')).toEqual([{ groupId, sources: 1, sessions: [sessionId] }])
    expect(await seenBy('avery')).toEqual([])
  })

  test('"and nothing again" also takes what a resend could still give', async () => {
    done(await withdraw('bailey', ['S2D914'], 'nothing-again'))
    expect(await part()).toMatchObject({ sources: [], revoked: ['S2D914'] })
  })
})

describe('undoing a publication', () => {
  const undo = async (person: Person, number: number) => {
    sandbox.tick()
    return undoPublication(
      { commandId: randomUUID(), number, reason: 'Refused.' },
      await sandbox.actor(person),
      sandbox.deps,
    )
  }
  const add = async (sources: string[]) => {
    const { number } = done(await flow.start('drew', 'change', await groupIdOf(db, 'Dogwood surveillance')))
    done(await flow.save('drew', number, 'sources', { addSources: sources, level: 'all', reason: 'x' }))
    done(await flow.submit('drew', number))
    return number
  }
  const surveillance = async () => {
    const [row] = await db.owner<{ session_id: string }[]>`
      select session_id from dc.targets t join dc.groups g on g.id = t.group_id where g.name = 'Dogwood surveillance'`
    return part(row?.session_id ?? '')
  }

  test('waits for a refusal or a minute of silence, then puts everything back', async () => {
    const before = await surveillance()
    const number = await add(['S2D914'])
    await flow.publish(number, ['bailey'])
    expect(await surveillance()).toMatchObject({ level: 'all', sources: ['S2D914', 'T9F733', 'W4G733'] })
    expect(codeOf(await undo('drew', number))).toBe('not-allowed')
    expect(codeOf(await undo('hollis', number))).toBe('too-early')
    sandbox.tick(60_000)
    done(await undo('hollis', number))
    expect(await stateOf(db, number)).toBe('failed')
    expect(await surveillance()).toEqual(before)
    expect(await db.database.asJobs(listUncovered)).toEqual([])
    const [terms] = await db.owner`
      select level from dc.group_terms t join dc.groups g on g.id = t.group_id where g.name = 'Dogwood surveillance' and upper_inf(during)`
    expect(terms?.level).toBe('executions')
  })

  test('of a new group leaves nothing of it, and its name free', async () => {
    const contacts = [{ name: 'A', email: 'a@alder.example', clearingCode: '560' }]
    const number = await flow.wish('avery', { name: 'Refused', sources: ['K7T882'], contacts })
    done(await flow.submit('avery', number))
    await flow.publish(number, ['xan'])
    await db.owner`
      insert into dc.configuration_reports (environment, number, connector, kind, object_id, state, detail, at)
      select environment, number, 'test', kind, object_id, 'refused', 'port taken', ${db.clock.now} from dc.configuration_parts
      where number = (select newest_version from dc.environments where environment = 'sandbox') and kind = 'target'`
    expect((await flow.page('harper', number))?.parts.map((one) => [one.kind, one.state])).toContainEqual([
      'target',
      'refused',
    ])
    done(await undo('harper', number))
    const [group] = await db.owner`select state from dc.groups where name = 'Refused'`
    expect(group?.state).toBe('abandoned')
    const [target] = await db.owner<{ session_id: string; state: string }[]>`
      select session_id, t.state from dc.targets t join dc.groups g on g.id = t.group_id where g.name = 'Refused'`
    expect(target?.state).toBe('closed')
    expect(await part(target?.session_id)).toBeNull()
  })
})

test('a request without an answer for thirty days expires, and its group’s name is free again', async () => {
  sandbox.tick(31 * 86_400_000)
  const expired = await expireRequests({ ...sandbox.deps, asJobs: db.database.asJobs })
  expect(expired).toEqual([3, 4])
  expect(await expireRequests({ ...sandbox.deps, asJobs: db.database.asJobs })).toEqual([])
  const [group] = await db.owner`select state from dc.groups where name = 'Options desk'`
  expect(group?.state).toBe('abandoned')
})

describe('people', () => {
  test('are named by their own firm’s administrator, with roles of a firm alone', async () => {
    const alex = await sandbox.actor('alex')
    const invite = (over: object) =>
      inviteUser(
        {
          commandId: randomUUID(),
          firmId: alex.firmId,
          email: 'new@alder.example',
          name: 'Nova Alder',
          roles: ['viewer'],
          ...over,
        },
        alex,
        sandbox.deps,
      )
    expect(done(await invite({})).token).toMatch(/^[0-9a-f]{64}$/)
    expect(codeOf(await invite({}))).toBe('address-refused')
    expect(codeOf(await invite({ email: 'two@alder.example', roles: ['gam'] }))).toBe('role-conflict')
    const casey = await sandbox.actor('casey')
    expect(codeOf(await invite({ email: 'three@cedar.example', firmId: casey.firmId }))).toBe('not-found')
    const byAvery = {
      commandId: randomUUID(),
      firmId: alex.firmId,
      email: 'x@alder.example',
      name: 'X',
      roles: ['viewer' as const],
    }
    expect(codeOf(await inviteUser(byAvery, await sandbox.actor('avery'), sandbox.deps))).toBe('not-allowed')
  })

  test('are given other roles and locked out by another person, never by themselves', async () => {
    const alex = await sandbox.actor('alex')
    const avery = await sandbox.actor('avery')
    const roles = (userId: string, version = 1, wanted: Role[] = ['viewer']) =>
      changeRoles({ commandId: randomUUID(), userId, version, roles: wanted, reason: 'x' }, alex, sandbox.deps)
    expect(codeOf(await roles(alex.userId))).toBe('own-account')
    sandbox.tick()
    done(await roles(avery.userId))
    expect((await sandbox.actor('avery')).standings).toEqual(['viewer'])
    const late = await roles(avery.userId, 1, ['requester'])
    expect(late).toMatchObject({ ok: false, error: { code: 'stale', by: 'Alex Alder' } })
    expect((await sandbox.actor('avery')).standings).toEqual(['viewer'])
    const disable = (userId: string) =>
      disableUser({ commandId: randomUUID(), userId, reason: 'Left.' }, alex, sandbox.deps)
    expect(codeOf(await disable(alex.userId))).toBe('own-account')
    done(await disable(avery.userId))
    await expect(sandbox.actor('avery')).rejects.toThrow('not active')
  })
})
