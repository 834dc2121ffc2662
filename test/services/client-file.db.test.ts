import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientFile } from '#services/target/client-file.ts'
import { documentAt } from '#test/docs/tables.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { openSandbox, type Person, type Sandbox } from '#test/support/sandbox.ts'

let db: FreshDb
let sandbox: Sandbox
/** A classic target of Avery's firm, whose source Xan's firm guarantees. */
let sessionId: string
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
  const casey = await sandbox.actor('casey')
  const [row] = await db.owner<{ sessionId: string }[]>`
    select t.session_id as "sessionId" from dc.targets t join dc.groups g on g.id = t.group_id
    where g.owner_id = ${casey.firmId} and t.state = 'open' limit 1`
  sessionId = row?.sessionId ?? ''
})
afterAll(() => db.close())

async function fileFor(person: Person, file: 'dictionary' | 'settings' = 'settings') {
  const actor = await sandbox.actor(person)
  return db.database.withActor(actor, (tx) => clientFile(tx, actor, { sessionId, file }, db.clock.now))
}
async function settingsFor(person: Person): Promise<string> {
  const found = await fileFor(person)
  if (!found.ok) throw new Error(found.error.code)
  return found.value.text
}

describe('the files of a client', () => {
  test('are filled in with the names and addresses of the target', async () => {
    const found = await fileFor('casey')
    expect(found).toMatchObject({ ok: true, value: { name: `initiator-${sessionId}.cfg` } })
    const lines = (await settingsFor('casey')).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        `SenderCompID=${sessionId}N`,
        'TargetCompID=CME',
        'TargetSubID=G',
        'SocketConnectHost=127.0.0.1',
        'SocketConnectPort=9901',
        'SocketConnectPort1=9902',
        'TimeZone=America/Chicago',
        'StartDay=sunday',
        'EndDay=saturday',
      ]),
    )
    expect(lines.some((line) => /SSL|Certificat/.test(line))).toBe(false)
  })

  test('are a dictionary that is the one of the documents', async () => {
    expect(await fileFor('casey', 'dictionary')).toEqual({
      ok: true,
      value: {
        name: 'drop-copy-FIX42.xml',
        text: documentAt('docs/examples/quickfix/drop-copy-FIX42.xml'),
      },
    })
  })

  test('are for the owner and the exchange, and for nobody who guarantees a source or has nothing to do with it', async () => {
    expect(await settingsFor('harper')).toBe(await settingsFor('casey'))
    for (const person of ['xan', 'avery'] as const)
      for (const file of ['settings', 'dictionary'] as const)
        expect([person, await fileFor(person, file)]).toEqual([person, { ok: false, error: { code: 'not-found' } }])
  })

  test('name no file of the connector’s machine and no secret', async () => {
    const tls = { cert: '/srv/dc/server.crt', key: '/srv/dc/server.key', ca: '/srv/dc/members.crt' }
    const listen = [{ role: 'primary', host: 'drop-copy.example', port: 9901, tls }]
    await db.owner`update dc.targets set listen = ${db.owner.json(listen)} where session_id = ${sessionId}`
    const text = await settingsFor('casey')
    expect(text).toContain('SSLServerName=drop-copy.example')
    expect(text).toContain('ClientCertificateFile=client.crt')
    expect(text).not.toMatch(/srv|members|server\.(crt|key)/)
    expect(text.split('\n').filter((line) => /^[^#]*(password|secret)/i.test(line))).toEqual([])
    const open = [{ ...listen[0], tls: { cert: tls.cert, key: tls.key } }]
    await db.owner`update dc.targets set listen = ${db.owner.json(open)} where session_id = ${sessionId}`
    expect(await settingsFor('casey')).not.toContain('ClientCertificate')
  })

  test('begin with the address in force on a Drop Copy 4.0 target, and say what the other one does', async () => {
    const listen = [
      { role: 'primary', host: 'one.example', port: 9901 },
      { role: 'backup', host: 'two.example', port: 9902 },
    ]
    await db.owner`update dc.targets set listen = ${db.owner.json(listen)}, active = 'backup'
      where session_id = ${sessionId}`
    await db.owner`update dc.group_terms set protocol = 'dc4'
      where group_id = (select group_id from dc.targets where session_id = ${sessionId})`
    const lines = (await settingsFor('casey')).split('\n')
    expect(lines).toContain('SocketConnectHost=two.example')
    expect(lines).toContain('SocketConnectHost1=one.example')
    expect(lines).toContain('# The backup address is in force; the primary refuses the Logon with a Logout.')
  })

  test('are gone with the target', async () => {
    await db.owner`update dc.targets set state = 'closed' where session_id = ${sessionId}`
    expect(await fileFor('casey')).toEqual({ ok: false, error: { code: 'not-found' } })
    expect(await fileFor('harper', 'dictionary')).toEqual({ ok: false, error: { code: 'not-found' } })
  })
})
