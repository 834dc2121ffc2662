import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordEvent } from '#db/audit.ts'
import { sealAuditEvents, verifyAuditSeals } from '#db/audit-seal.ts'
import type { Tx } from '#db/client.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { actors, writeWorld } from './world.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
beforeEach(async () => {
  await db.truncate()
  await writeWorld(db.owner)
  await db.owner`truncate dc.audit_events, dc.audit_seals restart identity`
})
afterAll(() => db.close())

const now = new Date('2026-03-02T15:00:00Z')
const note = (n: number) => (tx: Tx) =>
  recordEvent(tx, {
    at: now,
    actorId: actors.ana.userId,
    action: 'note',
    objectKind: 'group',
    objectId: String(n),
    after: { b: n, a: [n, { z: 1, y: null }] },
  })
const write = (n: number) => db.database.withActor(actors.ana, note(n))
const seal = () => sealAuditEvents(db.database, now)
const verify = () => verifyAuditSeals(db.database)
/** As somebody with the owner's password would. */
const tamper = async (statement: string) => {
  await db.owner.unsafe('alter table dc.audit_events disable trigger never_changed')
  await db.owner.unsafe(statement)
  await db.owner.unsafe('alter table dc.audit_events enable trigger never_changed')
}

describe('the sealer', () => {
  test('chains what was committed, and once all is sealed does nothing', async () => {
    await write(1)
    await write(2)
    expect(await seal()).toBe(1)
    expect(await seal()).toBe(0)
    await write(3)
    expect(await seal()).toBe(1)
    expect(await verify()).toEqual({ ok: true, seals: 2, unsealed: 0 })
  })

  test('seals a thousand events at a time', async () => {
    await db.database.withActor(actors.ana, async (tx) => {
      for (let n = 0; n < 1100; n++) await note(n)(tx)
    })
    expect(await seal()).toBe(2)
    expect(await verify()).toEqual({ ok: true, seals: 2, unsealed: 0 })
  })

  test('goes over the holes that rolled-back transactions leave', async () => {
    await write(1)
    const failing = db.database.withActor(actors.ana, async (tx) => {
      await note(2)(tx)
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    await write(3)
    expect(await seal()).toBe(1)
    expect(await verify()).toEqual({ ok: true, seals: 1, unsealed: 0 })
  })

  test('waits for an event with a lower number whose transaction is still open', async () => {
    let finish = () => {}
    const open = new Promise<void>((resolve) => {
      finish = resolve
    })
    let wrote = () => {}
    const hasWritten = new Promise<void>((resolve) => {
      wrote = resolve
    })
    const slow = db.database.withActor(actors.ana, async (tx) => {
      await note(1)(tx)
      wrote()
      await open
    })
    await hasWritten
    await write(2)
    expect(await seal()).toBe(0)
    finish()
    await slow
    expect(await seal()).toBe(1)
    expect(await verify()).toEqual({ ok: true, seals: 1, unsealed: 0 })
  })
})

describe('verifying the chain', () => {
  beforeEach(async () => {
    for (const n of [1, 2, 3]) {
      await write(n)
      await seal()
    }
    expect(await verify()).toEqual({ ok: true, seals: 3, unsealed: 0 })
  })
  const changed = 'an event in it was changed, removed or added'

  test('finds a changed event', async () => {
    await tamper(`update dc.audit_events set after = '{"a":0}' where seq = 2`)
    expect(await verify()).toEqual({ ok: false, seal: { fromSeq: 2, toSeq: 2 }, why: changed })
  })

  test('finds a removed event', async () => {
    await tamper('delete from dc.audit_events where seq = 3')
    expect(await verify()).toEqual({ ok: false, seal: { fromSeq: 3, toSeq: 3 }, why: changed })
  })

  test('finds a removed seal', async () => {
    await db.owner.unsafe('alter table dc.audit_seals disable trigger never_changed')
    await db.owner`delete from dc.audit_seals where to_seq = 2`
    await db.owner.unsafe('alter table dc.audit_seals enable trigger never_changed')
    expect(await verify()).toEqual({ ok: false, seal: { fromSeq: 3, toSeq: 3 }, why: 'a seal before it is missing' })
  })

  test('finds a seal made anew over changed events, by the one after it', async () => {
    await tamper(`update dc.audit_events set action = 'other' where seq = 3`)
    await db.owner.unsafe('alter table dc.audit_seals disable trigger never_changed')
    await db.owner`delete from dc.audit_seals where to_seq >= 2`
    await db.owner`insert into dc.audit_seals select 2, 2, '\\x00', '\\x00', now()`
    await db.owner.unsafe('alter table dc.audit_seals enable trigger never_changed')
    expect(await verify()).toMatchObject({ ok: false, why: 'it does not name the seal before it' })
  })
})
