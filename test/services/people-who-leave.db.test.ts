import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endContact } from '#services/group/end-contact.ts'
import { changeRoles } from '#services/people/change-roles.ts'
import { disableUser } from '#services/people/disable-user.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { groupPages } from '#test/support/pages.ts'
import { addActor } from '#test/support/people.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { codeOf, done, groupIdOf, openWorkflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  ;({ db, sandbox } = await openWorkflow())
})
afterAll(() => db.close())

describe('ending a contact', () => {
  const contactsOf = async (person: Person, group: string) => {
    const me = await sandbox.actor(person)
    const groupId = await groupIdOf(db, group)
    const page = await groupPages(db, me, groupId)
    return { groupId, contacts: page?.contacts ?? [] }
  }
  const end = async (person: Person, groupId: string, contactId: string) => {
    sandbox.tick()
    const input = { commandId: randomUUID(), groupId, contactId, reason: 'Changed desks.' }
    return endContact(input, await sandbox.actor(person), sandbox.deps)
  }

  test('is the authorizing firm’s, the owner’s and operations’, one clearing firm at a time, and ends no consent', async () => {
    const { groupId, contacts } = await contactsOf('casey', 'Cedar risk')
    expect(contacts.map((one) => [one.authorizedBy, one.mayEnd])).toEqual([
      ['Birch Clearing', true],
      ['Xenon Clearing', true],
    ])
    const [birchs, xenons] = contacts
    expect((await contactsOf('xan', 'Cedar risk')).contacts.map((one) => [one.id, one.mayEnd])).toEqual([
      [xenons?.id, true],
    ])
    const consents = () => db.owner`select id from dc.consents where group_id = ${groupId} and upper_inf(during)`
    const before = await consents()
    expect(codeOf(await end('drew', groupId, xenons!.id))).toBe('not-found')
    expect(codeOf(await end('xan', groupId, birchs!.id))).toBe('contact-ended') // not one that Xenon sees
    expect(codeOf(await end('harper', groupId, xenons!.id))).toBe('not-allowed')
    done(await end('xan', groupId, xenons!.id))
    expect(codeOf(await end('xan', groupId, xenons!.id))).toBe('contact-ended')
    expect((await contactsOf('casey', 'Cedar risk')).contacts.map((one) => one.authorizedBy)).toEqual([
      'Birch Clearing',
    ])
    done(await end('hollis', groupId, birchs!.id))
    expect((await sandbox.actor('casey')).standings).not.toContain('authorized-contact')
    expect(await consents()).toEqual(before)
    const events =
      await db.owner`select after, before, reason from dc.audit_events where action = 'contact.end' and refused is null`
    expect(events).toHaveLength(4) // for the owner and for the firm that authorized
    expect(events[0]).toMatchObject({ reason: 'Changed desks.', before: { name: 'Casey Cedar' } })
  })
})

describe('a request under way', () => {
  test('keeps somebody to answer it: the last signatory’s role is not taken, and locking them out is written down', async () => {
    const person = { email: 'ada@xenon.example', firm: 'Xenon Clearing', roles: ['firm-admin'] as const }
    const ada = await addActor(db.database, person, db.clock.now)
    const xan = await sandbox.actor('xan')
    sandbox.tick()
    const about = { commandId: randomUUID(), userId: xan.userId, reason: 'Moved.' }
    const taken = await changeRoles({ ...about, version: 1, roles: ['viewer'] }, ada, sandbox.deps)
    const error = { code: 'leaves-nobody', firm: 'Xenon Clearing', roles: ['clearing-signatory'] }
    expect(taken).toMatchObject({ ok: false, error: { ...error, numbers: expect.arrayContaining([3]) } })
    done(await changeRoles({ ...about, version: 1, roles: ['clearing-signatory', 'viewer'] }, ada, sandbox.deps))
    const { firmId } = xan
    const other = randomUUID()
    await db.owner`insert into dc.users (id, firm_id, email, name) values (${other}, ${firmId}, 'x@xenon.example', 'Xia Xenon')`
    const during = `[${db.clock.now.toISOString()},)`
    await db.owner`insert into dc.role_grants (user_id, firm_id, role, during) values (${other}, ${firmId}, 'clearing-signatory', ${during})`
    sandbox.tick()
    done(await changeRoles({ ...about, commandId: randomUUID(), version: 2, roles: ['viewer'] }, ada, sandbox.deps))
    done(await disableUser({ commandId: randomUUID(), userId: other, reason: 'Left.' }, ada, sandbox.deps))
    const [event] =
      await db.owner`select after from dc.audit_events where action = 'user.disable' and object_id = ${other}`
    expect(event?.after).toMatchObject({ state: 'disabled', leavesNobodyFor: expect.arrayContaining([3]) })
  })
})
