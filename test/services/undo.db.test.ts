import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/group/consents.ts'
import { endContact } from '#services/group/end-contact.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { undoPublication } from '#services/publication/undo-publication.ts'
import { createCredential } from '#services/target/create-credential.ts'
import { pauseTarget } from '#services/target/pause-target.ts'
import { revokeCredential } from '#services/target/revoke-credential.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, groupIdOf, openWorkflow, stateOf, type Workflow } from '#test/support/workflow.ts'

/** A fresh sandbox: the walk of one test must not lie in the way of another's. */
let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
const opened: FreshDb[] = []
const fresh = async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
  opened.push(db)
}
afterAll(() => Promise.all(opened.map((one) => one.close())))

// executions; T9F733 of Xenon, W4G733 of Birch; Drew is a contact, authorized by Xenon
const group = 'Dogwood surveillance'

type Part = { level: string; paused: boolean; sources: string[]; revoked: string[]; credentials: { ref: string }[] }
async function part(name = group): Promise<Part | null> {
  const [row] = await db.owner<{ document: Part | null }[]>`
    select p.document from dc.configuration_parts p join dc.targets t on t.session_id = p.object_id
    join dc.groups g on g.id = t.group_id where g.name = ${name} order by p.number desc limit 1`
  return row?.document ?? null
}
async function sessionOf(name: string): Promise<string> {
  const [row] = await db.owner<{ session_id: string }[]>`
    select session_id from dc.targets t join dc.groups g on g.id = t.group_id where g.name = ${name}`
  return row?.session_id ?? ''
}
const change = async (person: Person, name: string, fields: Record<string, unknown>) => {
  const { number } = done(await flow.start(person, 'change', await groupIdOf(db, name)))
  const step = 'addContacts' in fields ? 'people' : 'sources'
  done(await flow.save(person, number, step, { reason: 'As agreed.', ...fields }))
  const { state } = done(await flow.submit(person, number))
  return { number, state }
}
const undo = async (number: number) => {
  sandbox.tick(60_000)
  const input = { commandId: randomUUID(), number, reason: 'The connector is silent.' }
  return done(await undoPublication(input, await sandbox.actor('hollis'), sandbox.deps))
}
const withdraw = async (person: Person, name: string, sources: string[], mode: 'from-now-on' | 'nothing-again') => {
  sandbox.tick()
  const input = { commandId: randomUUID(), groupId: await groupIdOf(db, name), sources, mode, reason: 'Not any more.' }
  return done(await withdrawConsent(input, await sandbox.actor(person), sandbox.deps))
}
const standings = async (number: number) =>
  Object.fromEntries((await flow.page('harper', number))?.parties.map((one) => [one.firmName, one.standing]) ?? [])
const close = async (person: Person, name: string) => {
  const { number } = done(await flow.start(person, 'close', await groupIdOf(db, name)))
  await db.owner`
    update dc.request_drafts set document = jsonb_set(document, '{reason}', '"No longer needed."')
    where request_id = (select id from dc.requests where number = ${number})`
  done(await flow.submit(person, number))
  return number
}
const contactsOf = (name: string) => db.owner<{ email: string; firm: string; title: string; user_id: string }[]>`
  select c.email, f.name as firm, c.title, c.user_id from dc.group_contacts c join dc.groups g on g.id = c.group_id
  join dc.firms f on f.id = c.authorized_by where g.name = ${name} and upper_inf(c.during) order by f.name`

describe('a consent withdrawn between a publication and its undoing', () => {
  beforeAll(fresh)

  test('stays withdrawn: the source stays out, and revoked, though it was in the group before', async () => {
    const { number } = await change('drew', group, { level: 'all' })
    await flow.publish(number, ['bailey'])
    await withdraw('xan', group, ['T9F733'], 'nothing-again')
    await undo(number)
    expect(await part()).toMatchObject({ level: 'executions', sources: ['W4G733'], revoked: ['T9F733'] })
    const live = await db.owner`
      select s.session_code, c.up_to_level from dc.consents c join dc.groups g on g.id = c.group_id
      join dc.source_sessions s on s.id = c.source_id where g.name = ${group} and upper_inf(c.during)`
    expect([...live]).toEqual([{ session_code: 'W4G', up_to_level: 'executions' }])
  })

  test('comes back by that firm’s own signature alone: not by the contact’s submission, and not by an approval of before', async () => {
    const { number, state } = await change('drew', group, { addSources: ['T9F733'] })
    expect(state).toBe('with-firms')
    expect(await standings(number)).toMatchObject({ 'Xenon Clearing': 'waiting' })
    await flow.publish(number, ['xan'])
    expect(await part()).toMatchObject({ sources: ['T9F733', 'W4G733'], revoked: [] })
  })

  test('is revoked again when the publication that the signature was for is undone', async () => {
    const [open] = await db.owner<{ number: number }[]>`select number from dc.requests where state = 'applying'`
    await undo(open?.number ?? 0)
    expect(await part()).toMatchObject({ sources: ['W4G733'], revoked: ['T9F733'] })
    const again = await change('drew', group, { addSources: ['T9F733'] })
    expect(await standings(again.number)).toMatchObject({ 'Xenon Clearing': 'waiting' })
    done(await flow.decide('xan', again.number, 'reject'))
  })

  /**
   * Approved before, but older than the withdrawal: a request that was returned
   * is submitted once more with the same slice.
   */
  test('an approval of before the withdrawal is not carried over into a new round', async () => {
    const first = await change('drew', group, { addSources: ['M3P882', 'K7T882'] })
    done(await flow.decide('bailey', first.number, 'approve'))
    done(await flow.decide('xan', first.number, 'return'))
    const second = await change('drew', group, { addSources: ['M3P882'] })
    await flow.publish(second.number, ['bailey'])
    await connectorRunsAll(db, sandbox)
    await withdraw('bailey', group, ['M3P882'], 'from-now-on')
    done(await flow.submit('drew', first.number))
    expect(await standings(first.number)).toMatchObject({ 'Birch Clearing': 'waiting' })
    done(await flow.decide('xan', first.number, 'reject'))
  })
})

describe('a consent withdrawn between an approval and the publication', () => {
  beforeAll(fresh)

  test('is not made by it: the request comes back, saying whose consent is gone', async () => {
    const { number } = await change('drew', group, { level: 'all' })
    await withdraw('xan', group, ['T9F733'], 'nothing-again')
    done(await flow.decide('bailey', number, 'approve'))
    expect(done(await flow.decide('harper', number, 'approve')).state).toBe('returned')
    expect((await flow.page('drew', number))?.stateReason).toBe(
      'Xenon Clearing withdrew its consent for T9F733 and has not signed for it since.',
    )
    const live = await db.owner`
      select 1 from dc.consents c join dc.source_sessions s on s.id = c.source_id join dc.groups g on g.id = c.group_id
      where s.session_code = 'T9F' and g.name = ${group} and upper_inf(c.during)`
    expect([...live]).toEqual([])
    expect((await part())?.sources).toEqual(['W4G733'])
  })

  test('nor by a signature that is older than the withdrawal', async () => {
    const { number } = await change('drew', group, { level: 'all' })
    done(await flow.decide('bailey', number, 'approve'))
    await withdraw('bailey', group, ['W4G733'], 'from-now-on')
    expect(done(await flow.decide('harper', number, 'approve')).state).toBe('returned')
    expect((await flow.page('drew', number))?.stateReason).toContain('Birch Clearing withdrew its consent for W4G733')
  })
})

describe('undoing the closing of a group', () => {
  beforeAll(fresh)
  const cedar = 'Cedar risk'

  test('finds a target that operations had paused paused, by the same person and for the same reason', async () => {
    sandbox.tick()
    const hollis = await sandbox.actor('hollis')
    const sessionId = await sessionOf(cedar)
    done(await pauseTarget({ commandId: randomUUID(), sessionId, reason: 'Line test.' }, hollis, sandbox.deps))
    await withdraw('bailey', cedar, ['S2D914'], 'nothing-again')
    const before = await part(cedar)
    const contacts = [...(await contactsOf(cedar))]
    const number = await close('casey', cedar)
    await flow.publish(number, [])
    expect(await part(cedar)).toBeNull()
    expect([...(await contactsOf(cedar))]).toEqual([])
    await undo(number)
    expect(await part(cedar)).toEqual(before)
    expect(before).toMatchObject({ paused: true, sources: ['R5C914'], revoked: ['S2D914'] })
    const [target] =
      await db.owner`select state, paused_by, pause_reason from dc.targets where session_id = ${sessionId}`
    expect(target).toEqual({ state: 'paused', paused_by: hollis.userId, pause_reason: 'Line test.' })
    expect([...(await contactsOf(cedar))]).toEqual(contacts)
    expect(contacts.map((one) => one.firm)).toEqual(['Birch Clearing', 'Xenon Clearing'])
    expect((await sandbox.actor('casey')).standings).toContain('authorized-contact')
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })

  test('leaves a source out that was withdrawn in the very millisecond of the closing', async () => {
    const number = done(await flow.start('casey', 'change', await groupIdOf(db, cedar))).number
    done(await flow.save('casey', number, 'sources', { addSources: ['K7T882'], reason: 'More.' }))
    done(await flow.submit('casey', number))
    await flow.publish(number, ['xan'])
    await connectorRunsAll(db, sandbox)
    const closing = await close('casey', cedar)
    await withdraw('xan', cedar, ['K7T882'], 'from-now-on')
    sandbox.tick(-1000) // the exchange's decision moves the clock on by as much
    await flow.publish(closing, [])
    await undo(closing)
    expect((await part(cedar))?.sources).toEqual(['R5C914'])
    expect([...(await db.owner`select 1 from dc.source_stops where cause = 'no-consent'`)]).toEqual([])
  })

  test('leaves out a source whose guarantor is another firm by now, and says so', async () => {
    const number = await close('casey', cedar)
    await flow.publish(number, [])
    sandbox.tick()
    await addGuarantor('R5C', 'Birch Clearing')
    await undo(number)
    expect((await part(cedar))?.sources).toEqual([])
    const [stop] = await db.owner`select reason from dc.source_stops where cause = 'no-consent'`
    expect(stop?.reason).toBe('no consent of Birch Clearing')
  })
})

async function addGuarantor(session: string, firm: string): Promise<void> {
  await db.owner`
    insert into dc.source_guarantors (source_id, firm_id, during)
    select s.id, f.id, tstzrange(${db.clock.now}, null) from dc.source_sessions s, dc.firms f
    where s.session_code = ${session} and f.name = ${firm}`
}

describe('what people narrowed since a publication that is undone', () => {
  beforeAll(fresh)
  const cedar = 'Cedar risk'
  const casey = { name: 'Casey Cedar', title: '', email: 'casey@cedar.example', phone: '+1 312 555 0100' }

  test('a credential that was revoked stays revoked, and one that was made stays', async () => {
    const sessionId = await sessionOf(cedar)
    const made = async () => {
      sandbox.tick()
      const input = { commandId: randomUUID(), sessionId, reason: 'New password.' }
      return done(await createCredential(input, await sandbox.actor('casey'), sandbox.deps)).credentialId
    }
    const old = (await part(cedar))?.credentials[0]?.ref ?? ''
    const { number } = await change('casey', cedar, { addSources: ['K7T882'] })
    await flow.publish(number, ['xan'])
    const kept = await made()
    const input = { commandId: randomUUID(), credentialId: old, reason: 'Lost.' }
    done(await revokeCredential(input, await sandbox.actor('casey'), sandbox.deps))
    await undo(number)
    expect((await part(cedar))?.credentials.map((one) => one.ref)).toEqual([kept])
    expect((await part(cedar))?.sources).toEqual(['R5C914', 'S2D914'])
  })

  test('a person named anew by it and ended since is no contact, neither as before nor as named', async () => {
    const addContacts = [{ ...casey, title: 'Desk head', clearingCode: '560' }]
    const { number } = await change('casey', cedar, { addContacts })
    await flow.publish(number, ['xan'])
    const groupId = await groupIdOf(db, cedar)
    const [row] = await db.owner<{ id: string }[]>`
      select c.id from dc.group_contacts c join dc.firms f on f.id = c.authorized_by
      where c.group_id = ${groupId} and f.name = 'Xenon Clearing' and upper_inf(c.during)`
    sandbox.tick()
    const input = { commandId: randomUUID(), groupId, contactId: row?.id ?? '', reason: 'Left the desk.' }
    done(await endContact(input, await sandbox.actor('xan'), sandbox.deps))
    await undo(number)
    expect((await contactsOf(cedar)).map((one) => one.firm)).toEqual(['Birch Clearing'])
  })

  test('a person named anew by it is the contact of before again when nobody ended them', async () => {
    const addContacts = [{ ...casey, title: 'Desk head', clearingCode: '571' }]
    const { number } = await change('casey', cedar, { addContacts })
    await flow.publish(number, ['bailey'])
    expect((await contactsOf(cedar)).map((one) => one.title)).toEqual(['Desk head'])
    await undo(number)
    expect((await contactsOf(cedar)).map((one) => one.title)).toEqual(['Head of trading operations'])
    // it changed no part: nothing that runs may be touched by undoing it
    const [target] = await db.owner`select state from dc.targets where session_id = ${await sessionOf(cedar)}`
    expect(target?.state).toBe('open')
    expect((await part(cedar))?.sources).toEqual(['R5C914', 'S2D914'])
  })

  test('a target paused since stays paused', async () => {
    const { number } = await change('casey', cedar, { removeSources: [{ source: 'R5C914', revoked: true }] })
    await flow.publish(number, [])
    expect(await part(cedar)).toMatchObject({ sources: ['S2D914'], revoked: ['R5C914'] })
    sandbox.tick()
    const input = { commandId: randomUUID(), sessionId: await sessionOf(cedar), reason: 'Line test.' }
    done(await pauseTarget(input, await sandbox.actor('casey'), sandbox.deps))
    await undo(number)
    expect(await part(cedar)).toMatchObject({ sources: ['R5C914', 'S2D914'], revoked: [], paused: true })
    expect(await stateOf(db, number)).toBe('failed')
  })

  test('a level and a suspension that came since stay', async () => {
    const { number } = await change('casey', cedar, { level: 'executions' })
    await flow.publish(number, [])
    sandbox.tick()
    const groupId = await groupIdOf(db, cedar)
    await db.owner.begin(async (sql) => {
      await sql`update dc.group_terms set during = tstzrange(lower(during), ${db.clock.now}) where group_id = ${groupId} and upper_inf(during)`
      await sql`
        insert into dc.group_terms (group_id, during, level, filters, protocol, billing_account_id)
        select group_id, tstzrange(${db.clock.now}, null), 'acknowledgments', filters, protocol, billing_account_id
        from dc.group_terms where group_id = ${groupId} order by during desc limit 1`
      await sql`update dc.groups set state = 'suspended' where id = ${groupId}`
    })
    await undo(number)
    expect(await part(cedar)).toMatchObject({ level: 'acknowledgments', paused: true })
    const [row] = await db.owner`select state from dc.groups where id = ${groupId}`
    expect(row?.state).toBe('suspended')
  })
})
