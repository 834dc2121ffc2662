import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { groupPages } from '#test/support/pages.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, groupIdOf, openWorkflow, type Workflow } from '#test/support/workflow.ts'
import { findTargetPage } from '#views/target/target-page.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
})
afterAll(() => db.close())

const contact = { name: 'Avery Alder', email: 'avery@alder.example', clearingCode: '560' }

/** The newest part of the group's target, as the connector is to run it. */
async function part(groupId: string): Promise<{ sessionId: string; allowFrom?: string[] }> {
  const [row] = await db.owner<{ document: { sessionId: string; allowFrom?: string[] } }[]>`
    select p.document from dc.configuration_parts p join dc.targets t on t.session_id = p.object_id
    where t.group_id = ${groupId} and p.kind = 'target' order by p.number desc limit 1`
  return row!.document
}
const as = async <T>(person: Person, read: (me: Awaited<ReturnType<Sandbox['actor']>>) => Promise<T>) =>
  read(await sandbox.actor(person))
const groupPage = (person: Person, id: string) => as(person, (me) => groupPages(db, me, id))
const targetPage = (person: Person, id: string) =>
  as(person, (me) => db.database.withActor(me, (tx) => findTargetPage(tx, me, id, db.clock.now)))

async function liveGroup(name: string, ...addresses: string[]): Promise<string> {
  const number = await flow.wish('avery', { name, sources: ['K7T882'], contacts: [contact] })
  const contacts = [{ title: '', phone: '+1 312 555 0100', ...contact }]
  done(await flow.save('avery', number, 'people', { contacts, connection: { line: 'existing', addresses } }))
  done(await flow.submit('avery', number))
  await flow.publish(number, ['xan'])
  await connectorRunsAll(db, sandbox)
  return groupIdOf(db, name)
}

async function change(groupId: string, fields: object): Promise<number> {
  const { number } = done(await flow.start('avery', 'change', groupId))
  done(await flow.save('avery', number, 'sources', { reason: 'We move.', ...fields }))
  done(await flow.submit('avery', number))
  return number
}

describe('the client addresses of a group', () => {
  test('are what its target lets in, in normal form', async () => {
    const id = await liveGroup('From two places', '::ffff:192.0.2.7', '2001:DB8::/32')
    const { sessionId, allowFrom } = await part(id)
    expect(allowFrom).toEqual(['192.0.2.7', '2001:db8::/32'])
    expect((await targetPage('avery', sessionId))?.addresses.allowFrom).toEqual(allowFrom)
    expect((await groupPage('avery', id))?.terms?.addresses?.allowFrom).toEqual(allowFrom)
    expect((await groupPage('xan', id))?.terms?.addresses).toBeNull()
  })

  test('are any address when none was named', async () => {
    const id = await liveGroup('From anywhere')
    expect(await part(id)).not.toHaveProperty('allowFrom')
    expect((await groupPage('avery', id))?.terms?.addresses).toEqual({ allowFrom: [], stated: [] })
  })

  test('change by request, which the exchange alone approves, to others or to any', async () => {
    const id = await liveGroup('That moves', '192.0.2.7')
    const number = await change(id, { addresses: ['198.51.100.0/24'] })
    const page = await flow.page('avery', number)
    expect(page?.parties.map((party) => party.capacity)).toEqual(['exchange'])
    expect(page?.sheet?.items).toEqual([{ op: 'set-addresses', seen: ['192.0.2.7'], to: ['198.51.100.0/24'] }])
    expect(page?.parties[0]?.slice?.items).toEqual(page?.sheet?.items)
    await flow.publish(number, [])
    expect((await part(id)).allowFrom).toEqual(['198.51.100.0/24'])
    await connectorRunsAll(db, sandbox)
    const other = await change(id, { level: 'executions', addresses: null })
    await flow.publish(other, [])
    expect((await part(id)).allowFrom).toEqual(['198.51.100.0/24'])
    await connectorRunsAll(db, sandbox)
    await flow.publish(await change(id, { addresses: [] }), [])
    expect(await part(id)).not.toHaveProperty('allowFrom')
    await connectorRunsAll(db, sandbox)
  })

  test('restrict nobody where they were agreed before addresses did, until a request names them', async () => {
    const id = await liveGroup('Agreed long ago')
    const connection = { line: 'existing', addresses: ['somewhere', '192.0.2.7'], notes: '' }
    await db.owner`update dc.group_terms set connection = ${db.owner.json(connection)} where group_id = ${id}`
    await flow.publish(await change(id, { level: 'executions' }), [])
    await connectorRunsAll(db, sandbox)
    expect(await part(id)).not.toHaveProperty('allowFrom')
    const stated = { allowFrom: [], stated: ['somewhere', '192.0.2.7'] }
    expect((await groupPage('avery', id))?.terms?.addresses).toEqual(stated)
    await flow.publish(await change(id, { addresses: ['192.0.2.7'] }), [])
    expect((await part(id)).allowFrom).toEqual(['192.0.2.7'])
    await connectorRunsAll(db, sandbox)
  })

  test('restrict nobody where a request under way names words that no address is', async () => {
    const number = await flow.wish('avery', { name: 'Sent long ago', sources: ['K7T882'], contacts: [contact] })
    done(await flow.submit('avery', number))
    await db.owner`alter table dc.request_rounds disable trigger never_changed`
    await db.owner`update dc.request_rounds set document = jsonb_set(document, '{connection,addresses}', '["somewhere"]')
      where request_id = (select id from dc.requests where number = ${number})`
    await db.owner`alter table dc.request_rounds enable trigger never_changed`
    await flow.publish(number, ['xan'])
    expect(await part(await groupIdOf(db, 'Sent long ago'))).not.toHaveProperty('allowFrom')
  })
})
