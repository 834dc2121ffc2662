import { randomBytes, randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WantedDatabase } from '#connector/database/wanted-database.ts'
import { signHmac } from '#connector/wire/credentials.ts'
import { openConnectorPool } from '#db/client.ts'
import { type CreatedCredential, createCredential } from '#services/target/create-credential.ts'
import { revokeCredential } from '#services/target/revoke-credential.ts'
import { temporaryDirectory } from '#test/support/connector.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { type Person, type Sandbox, sealingKey } from '#test/support/sandbox.ts'
import { codeOf, connectorRunsAll, done, openWorkflow } from '#test/support/workflow.ts'
import { findTargetPage } from '#views/target/target-page.ts'

let db: FreshDb
let sandbox: Sandbox
let sessionId: string
let made: CreatedCredential
beforeAll(async () => {
  const opened = await openWorkflow()
  ;({ db, sandbox } = opened)
  const { flow } = opened
  const contacts = [{ name: 'Avery Alder', email: 'avery@alder.example', clearingCode: '560' }]
  const number = await flow.wish('avery', { name: 'Clearing desk', sources: ['V8N882'], protocol: 'dc4', contacts })
  done(await flow.submit('avery', number))
  await flow.publish(number, ['xan', 'bailey'])
  await connectorRunsAll(db, sandbox)
  const [row] = await db.owner<{ session_id: string }[]>`
    select session_id from dc.targets t join dc.groups g on g.id = t.group_id where g.name = 'Clearing desk'`
  sessionId = row?.session_id ?? ''
  made = done(await create('alex'))
})
afterAll(() => db.close())

async function create(person: Person, commandId: string = randomUUID()) {
  sandbox.tick()
  const input = { commandId, sessionId, reason: 'First connection.' }
  return createCredential(input, await sandbox.actor(person), sandbox.deps)
}

/** What a connector with this key would run. */
async function wanted(key: Uint8Array | undefined = sealingKey) {
  const pool = openConnectorPool(db.urls.dc_connector)
  onTestFinished(() => pool.close())
  const log = pino({ level: 'silent' })
  const data = temporaryDirectory()
  const now = () => db.clock.now
  const place = {
    pool,
    environment: 'sandbox',
    shard: 'main',
    connector: 'main',
    data,
    leader: () => undefined,
  } as const
  const database = new WantedDatabase({ ...place, log, sealingKey: key, now })
  const read = await database.read()
  if (!read.ok) throw new Error(JSON.stringify(read))
  return read
}
const credentials = async (key?: Uint8Array) =>
  (await wanted(key)).snapshot.targets.find((target) => target.sessionId === sessionId)?.credentials

/** A new version whose only part is a target as somebody else might have left it. */
async function publish(objectId: string, change: (document: Record<string, unknown>) => object): Promise<void> {
  await db.owner.begin(async (tx) => {
    const [part] = await tx<{ document: Record<string, unknown> }[]>`
      select document from dc.configuration_parts where kind = 'target' and object_id = ${objectId} order by number desc limit 1`
    const [environment] = await tx<{ newest: number }[]>`
      update dc.environments set newest_version = newest_version + 1 where environment = 'sandbox' returning newest_version as newest`
    const number = environment?.newest ?? 0
    const version = { environment: 'sandbox', number, cause: 'reference', digest: `d${number}` }
    await tx`insert into dc.configuration_versions ${tx({ ...version, cause_id: randomUUID(), made_at: db.clock.now })}`
    const document = tx.json(change(part?.document ?? {}) as never) // JSON by construction
    await tx`insert into dc.configuration_parts ${tx({ environment: 'sandbox', number, kind: 'target', object_id: objectId, document })}`
  })
}

describe('an access key', () => {
  test('is what a Drop Copy 4.0 target has in place of a password, shown once and kept sealed', async () => {
    expect(made).toMatchObject({ kind: 'hmac', sessionId })
    expect(made.fingerprint).toMatch(/^[A-Z2-9]{20}$/)
    expect(Buffer.from(made.secret ?? '', 'base64url')).toHaveLength(32)
    const [row] = await db.owner<{ verifier: unknown; sealed: Buffer }[]>`
      select verifier, sealed from dc.target_credentials where id = ${made.credentialId}`
    expect(row?.verifier).toBeNull()
    expect(row?.sealed.includes(made.secret ?? '')).toBe(false)
    const tables =
      await db.owner`select count(*)::int as found from dc.audit_events where strpos(to_json(audit_events)::text, ${made.secret ?? ''}) > 0`
    expect(tables[0]?.found).toBe(0)
  })

  test('is told once: the same form sent again has it no more', async () => {
    const commandId = randomUUID()
    const second = done(await create('alex', commandId))
    expect(done(await create('alex', commandId))).toEqual({ ...second, secret: null })
    const input = { commandId: randomUUID(), credentialId: second.credentialId, reason: 'Not needed.' }
    done(await revokeCredential(input, await sandbox.actor('alex'), sandbox.deps))
  })

  test('is opened by the connector that has the sealing key, and signs there as it does at the client', async () => {
    const [own, ...more] = (await credentials()) ?? []
    expect(more).toEqual([])
    expect(own).toEqual({ kind: 'hmac', accessKeyId: made.fingerprint, secretKey: made.secret })
    const secretKey = own?.kind === 'hmac' ? own.secretKey : ''
    expect(signHmac(secretKey, 'a text')).toBe(signHmac(made.secret ?? '', 'a text'))
  })

  test('is nobody’s without the sealing key, or with another, and the portal’s own roles cannot read it', async () => {
    expect(await credentials(randomBytes(32))).toEqual([])
    const [refused, ...others] = (await wanted(randomBytes(32))).refused ?? []
    expect(others).toEqual([])
    expect(refused).toMatchObject({ kind: 'target', id: sessionId, state: 'refused' })
    expect(refused?.detail).toContain(`Access key ${made.fingerprint} cannot be opened`)
    const pool = openConnectorPool(db.urls.dc_connector)
    onTestFinished(() => pool.close())
    const log = pino({ level: 'silent' })
    const keyless = new WantedDatabase({
      pool,
      environment: 'sandbox',
      shard: 'main',
      connector: 'main',
      leader: () => undefined,
      data: temporaryDirectory(),
      log,
    })
    const read = await keyless.read()
    expect(read.ok && read.snapshot.targets.find((target) => target.sessionId === sessionId)?.credentials).toEqual([])
    const asJobs = db.database.asJobs((tx) => tx.execute('select sealed from dc.target_credentials'))
    await expect(asJobs).rejects.toThrow()
  })

  test('is made by the owner’s technical contact alone', async () => {
    expect(codeOf(await create('avery'))).toBe('not-allowed')
    expect(codeOf(await create('hollis'))).toBe('not-allowed')
    expect(codeOf(await create('casey'))).toBe('not-found')
  })

  test('is never read as a password, nor a password as a key', async () => {
    const client = sandbox.seeded.client.sessionId
    const [password] = await db.owner<{ id: string }[]>`
      select c.id from dc.target_credentials c join dc.targets t on t.id = c.target_id
      where t.session_id = ${client} and c.revoked_at is null`
    await publish(sessionId, (document) => ({
      ...document,
      credentials: [
        { kind: 'password', ref: made.credentialId },
        { kind: 'hmac', ref: password?.id },
      ],
    }))
    expect(await credentials()).toEqual([])
    const ref = { kind: 'hmac', ref: made.credentialId }
    await publish(sessionId, (document) => ({ ...document, credentials: [ref] }))
    expect(await credentials()).toHaveLength(1)
  })
})

describe('a second access key', () => {
  const expiryOf = async (id: string) => {
    const [row] = await db.owner<
      { at: Date | null }[]
    >`select expires_at as at from dc.target_credentials where id = ${id}`
    return row?.at?.getTime()
  }

  test('lets the older one expire four weeks later, and a third is refused until one is gone', async () => {
    const second = done(await create('alex'))
    const madeAt = db.clock.now.getTime()
    expect(await expiryOf(made.credentialId)).toBeLessThanOrEqual(madeAt + 28 * 86_400_000)
    expect(await expiryOf(made.credentialId)).toBeGreaterThan(madeAt + 27 * 86_400_000)
    expect(await expiryOf(second.credentialId)).toBeUndefined()
    expect(await credentials()).toHaveLength(2)
    expect(codeOf(await create('alex'))).toBe('too-many-credentials')
    const me = await sandbox.actor('alex')
    const page = await db.database.withActor(me, (tx) => findTargetPage(tx, me, sessionId, db.clock.now))
    expect(page?.credentials?.filter((one) => one.isLive).map(({ id, standing }) => [id, standing])).toEqual([
      [second.credentialId, 'valid'],
      [made.credentialId, 'expiring'],
    ])
    const [event] = await db.owner<{ expires: { fingerprint: string } }[]>`
      select after->'expires' as expires from dc.audit_events where action = 'credential.create' and refused is null order by seq desc limit 1`
    expect(event?.expires.fingerprint).toBe(made.fingerprint)

    // at its instant, without a new version, the connector takes it no more
    const pool = openConnectorPool(db.urls.dc_connector)
    onTestFinished(() => pool.close())
    const data = temporaryDirectory()
    const log = pino({ level: 'silent' })
    const place = {
      pool,
      environment: 'sandbox',
      shard: 'main',
      connector: 'main',
      data,
      leader: () => undefined,
    } as const
    const following = new WantedDatabase({ ...place, log, sealingKey, now: () => db.clock.now })
    const keysNow = async () => {
      const read = await following.read()
      if (!read.ok) throw new Error('nothing is wanted')
      const target = read.snapshot.targets.find((one) => one.sessionId === sessionId)
      return { version: read.snapshot.version, keys: target?.credentials.length }
    }
    const before = await keysNow()
    sandbox.tick(28 * 86_400_000)
    expect(before.keys).toBe(2)
    expect(await keysNow()).toEqual({ version: before.version, keys: 1 })
    done(await create('alex'))
    expect(await expiryOf(second.credentialId)).toBeGreaterThan(db.clock.now.getTime())
  })
})

describe('a part that is wrong', () => {
  test('is refused with its reason, and the other parts of the version are run', async () => {
    const client = sandbox.seeded.client.sessionId
    await publish(client, (document) => ({ ...document, level: 'everything' }))
    const { snapshot, refused } = await wanted()
    expect(refused).toMatchObject([{ kind: 'target', id: client, state: 'refused' }])
    expect(refused?.[0]?.detail).toContain(`target ${client}: level:`)
    expect(snapshot.targets.map((target) => target.sessionId)).toContain(sessionId)
    expect(snapshot.targets.map((target) => target.sessionId)).not.toContain(client)
  })
})
