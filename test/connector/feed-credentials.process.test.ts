import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOrCreateKey } from '#db/key-file.ts'
import { seal } from '#db/sealing.ts'
import { dropFeedCredential, setFeedCredential } from '#services/feed/feed-credential.ts'
import { writeWorld } from '#test/db/world.ts'
import { feed, gateway, password, snapshot, start, temporaryDirectory } from '#test/support/connector.ts'
import { publishParts, runOnDatabase, until, untilHeardOf } from '#test/support/database-connector.ts'
import { dc4Target, key1 } from '#test/support/dc4.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { writeTestKey } from '#test/support/test-key.ts'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
  await db.owner`delete from dc.connector_leases` // its leader is of the sample rows alone
})
afterAll(() => db.close())

type Ended = { code: number; out: string; err: string }

/** `drop-copy feed …`, with its standard input from somewhere. */
function feedCommand(directory: string, args: string[], input = ''): Promise<Ended> {
  const env = { ...process.env, MODE: 'sandbox', DATA_DIR: directory, DATABASE_URL: db.ownerUrl }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [commandLine, 'feed', ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
    child.stdin?.end(input)
  })
}

const setSettings = (id: string, settings: object) =>
  db.owner`insert into dc.feeds (id, environment, gateway_kind, settings) values (${id}, 'sandbox', 'cgw', ${db.owner.json(settings as never)})
    on conflict (id) do update set settings = excluded.settings`

describe('drop-copy feed', () => {
  test('gives feeds their credentials, which the running connector takes up, and shows them to nobody', async () => {
    const upstream = await start(snapshot({ targets: [dc4Target()] }))
    const up = {
      ...feed({ id: 'up', mode: 'initiate', port: upstream.targetPort, ourCompId: 'P4TGT1N', theirCompId: 'CME' }),
      ...{ subId: 'RISK01', targetSubId: 'G', locationId: 'US,IL' },
      app: { name: 'DCSIM', version: '1.0', vendor: 'EXAMPLE' },
    }
    await setSettings('gw1', feed())
    await setSettings('up', up)
    // not published before it has its key: five refused Logons a minute would shut it out upstream
    await publishParts(db, 2, [
      { kind: 'feed', id: 'gw1', document: feed() },
      { kind: 'source', id: 'K7T882', document: { id: 'K7T882', feed: 'gw1', gateway: 'cgw' } },
      { kind: 'target', id: 'ODQ1Z9', document: null },
    ])
    const directory = temporaryDirectory()
    writeTestKey(directory)
    const sealingKey = readOrCreateKey(directory, 'sealing-key')
    const { running } = await runOnDatabase(db.urls.dc_connector, undefined, sealingKey)
    await untilHeardOf(db)
    const { acceptor, feeds } = running.worker

    const set = ['set-credential', 'up', '--hmac']
    const signed = await feedCommand(directory, set, `${key1.accessKeyId}\n${key1.secretKey}\n`)
    expect(signed).toMatchObject({ err: '', code: 0 })
    expect(signed.out).toMatch(/^Feed up is cut .*We sign our Logon with the new access key.*In force, with version 3/s)
    await until('our Logon', () => feeds.get('up')?.peer.isLive)

    const sesame = 'open sesame 7'
    const asked = ['set-credential', 'gw1', '--password']
    const given = await feedCommand(directory, [...asked, '--reason', 'Agreed with GW1.'], `${sesame}\n`)
    expect(given).toMatchObject({ err: '', code: 0 })
    const port = acceptor.port('127.0.0.1:0') ?? 0
    const wrong = await gateway(port)
    wrong.logon(password('wrong'))
    expect(fieldOf(await wrong.message('5'), 58)).toContain('Invalid logon')
    await wrong.closed()
    const right = await gateway(port)
    right.logon(password(sesame))
    await right.message('A')
    expect(feeds.get('up')?.peer.isLive).toBe(true) // another feed's change cuts nobody

    const list = await feedCommand(directory, ['list'])
    expect(list.out).toMatch(/^gw1 .* password, set /m)
    expect(list.out).toMatch(/^up .* access key EXAMPLEACCESSKEY0001, set /m)
    const stored = await db.owner<{ text: string }[]>`
      select document::text as text from dc.configuration_parts union all select to_json(e)::text from dc.audit_events e
      union all select encode(sealed, 'escape') || settings::text || credential::text from dc.feeds`
    for (const secret of [sesame, key1.secretKey])
      expect([...stored.map(({ text }) => text), signed.out, given.out, list.out].join()).not.toContain(secret)

    const dropped = await feedCommand(directory, ['drop-credential', 'gw1', '--yes'])
    expect(dropped).toMatchObject({ code: 0, out: expect.stringContaining('log on without a credential') })
    await right.closed()
    const bare = await gateway(port)
    bare.seqNum = right.seqNum
    bare.logon()
    await bare.message('A')
    const actions = await db.owner`
      select action, reason, before->>'kind' as before, after->>'kind' as after from dc.audit_events where action like 'feed.%' order by seq`
    expect(actions).toMatchObject([
      { action: 'feed.set-credential', before: null, after: 'hmac' },
      { action: 'feed.set-credential', before: null, after: 'password', reason: 'Agreed with GW1.' },
      { action: 'feed.drop-credential', before: 'password', after: null },
    ])
  })

  test('takes no secret from the command line, and says what it expects without repeating what it got', async () => {
    const directory = temporaryDirectory()
    writeTestKey(directory)
    const spoken = await feedCommand(directory, ['set-credential', 'gw1', '--password=topsecret'])
    const half = await feedCommand(directory, ['set-credential', 'gw1', '--hmac'], 'topsecret\n')
    expect([spoken.code, half.code]).toEqual([2, 2])
    expect(half.err).toContain('Two lines are expected')
    expect([spoken, half].map(({ out, err }) => out + err).join()).not.toContain('topsecret')
  })

  test('leaves no feed open to everybody, and the portal’s own roles cannot read what they sealed', async () => {
    await setSettings('far', feed({ id: 'far', host: '0.0.0.0', theirCompId: 'FAR' }))
    const key = randomBytes(32)
    const deps = { newId: randomUUID, now: () => new Date(), seal: (text: string, to: string) => seal(key, text, to) }
    const by = { operator: 'root', reason: null }
    const secret = { kind: 'password', password: 'x' } as const
    const set = await db.database.asJobs((tx) => setFeedCredential(tx, 'far', secret, by, deps))
    expect(set.ok).toBe(true)
    const refused = await db.database
      .asJobs(async (tx) => {
        const answer = await dropFeedCredential(tx, 'far', by, new Date())
        throw new Error(JSON.stringify(answer))
      })
      .catch(String)
    expect(refused).toContain('accepting beyond loopback needs a credential')
    await expect(db.database.asJobs((tx) => tx.execute('select sealed from dc.feeds'))).rejects.toThrow()
  })
})
