import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordEvent } from '#db/audit.ts'
import { isDatabaseAway } from '#db/away.ts'
import { asSystem, type Tx } from '#db/client.ts'
import { auditEvents } from '#db/schema/audit.ts'
import { endedAt } from '#db/schema/columns.ts'
import { consents } from '#db/schema/consents.ts'
import { groups, groupTerms } from '#db/schema/groups.ts'
import { uncovered } from '#db/schema/uncovered.ts'
import { users } from '#db/schema/users.ts'
import { ok, refuse } from '#domain/result.ts'
import { until } from '#test/support/app.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { actors, group, people, source, writeWorld, xenon } from './world.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
beforeEach(async () => {
  await db.truncate()
  await writeWorld(db.owner)
  db.clock.now = new Date('2026-03-02T15:00:00Z')
})
afterAll(() => db.close())

const rename = (tx: Tx, name: string) => tx.update(groups).set({ name }).where(eq(groups.id, group))
const nameNow = async () => (await db.owner`select name from dc.groups`)[0]?.name
const event = { at: new Date('2026-03-02T15:00:00Z'), action: 'group.rename', objectKind: 'group', objectId: group }
const events = () => db.owner`select action, refused, actor_id from dc.audit_events where seq > 1 order by seq`
const about = { action: 'group.rename', objectKind: 'group', objectId: group, reason: 'because' }

describe('a command', () => {
  test('that succeeds keeps what it wrote, with its event', async () => {
    const answer = await db.database.withActor(actors.ana, async (tx) => {
      await rename(tx, 'Desk 8')
      await recordEvent(tx, { ...event, actorId: people.ana })
      return ok('done')
    })
    expect(answer).toEqual({ ok: true, value: 'done' })
    expect(await nameNow()).toBe('Desk 8')
    expect([...(await events())]).toEqual([{ action: 'group.rename', refused: null, actor_id: people.ana }])
  })

  test('that is refused leaves nothing but the event of its refusal', async () => {
    const answer = await db.database.withActor(
      actors.ana,
      async (tx) => {
        await rename(tx, 'Desk 8')
        await recordEvent(tx, { ...event, actorId: people.ana })
        return refuse({ code: 'wrong-state', state: 'live' })
      },
      about,
    )
    expect(answer).toEqual({ ok: false, error: { code: 'wrong-state', state: 'live' } })
    expect(await nameNow()).toBe('Desk 7')
    expect([...(await events())]).toEqual([{ action: 'group.rename', refused: 'wrong-state', actor_id: people.ana }])
  })

  test('that throws leaves nothing at all', async () => {
    const failing = db.database.withActor(
      actors.ana,
      async (tx) => {
        await rename(tx, 'Desk 8')
        throw new Error('a bug')
      },
      about,
    )
    await expect(failing).rejects.toThrow('a bug')
    expect(await nameNow()).toBe('Desk 7')
    expect([...(await events())]).toEqual([])
  })

  test('cannot write an event under another name', async () => {
    const forged = db.database.withActor(actors.ana, (tx) => recordEvent(tx, { ...event, actorId: people.gam }))
    await expect(forged).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})

describe('the actor', () => {
  test('is judged by the database: claiming another firm or the exchange changes nothing', async () => {
    const claims = { ...actors.cy, firmId: actors.ana.firmId, isExchange: true }
    expect(await db.database.withActor(claims, (tx) => tx.select().from(groups))).toEqual([])
  })

  test('sees nothing once disabled', async () => {
    await db.owner`update dc.users set state = 'disabled' where id = ${people.ana}`
    expect(await db.database.withActor(actors.ana, (tx) => tx.select().from(groups))).toEqual([])
  })

  test('is gone with its transaction: the next one on the same connection starts as nobody', async () => {
    for (const actor of [actors.ana, actors.cy, actors.ana, actors.cy]) {
      const seen = await db.database.withActor(actor, (tx) => tx.select().from(groups))
      expect(seen.length).toBe(actor === actors.ana ? 1 : 0)
    }
  })

  test('sees its firm’s GAM and deputy beside its own people', async () => {
    const seen = await db.database.withActor(actors.ana, (tx) => tx.select({ id: users.id }).from(users))
    expect(seen.map((user) => user.id).sort()).toEqual([people.gam, people.deputy, people.ana, people.ben].sort())
  })

  test('may be twenty at once on a few connections', async () => {
    const all = Array.from({ length: 20 }, (_, i) =>
      db.database.withActor(i % 2 ? actors.ana : actors.cy, async (tx) => {
        await tx.execute(sql`select pg_sleep(0.01)`)
        return (await tx.select().from(groups)).length
      }),
    )
    expect(await Promise.all(all)).toEqual(Array.from({ length: 20 }, (_, i) => i % 2))
  })
})

describe('asSystem', () => {
  test('lets one command see other firms, and only while it runs', async () => {
    await db.database.withActor(actors.cy, async (tx) => {
      const inside = await asSystem(tx, (t) => t.select().from(groups))
      const after = await tx.select().from(groups)
      expect([inside.length, after.length]).toEqual([1, 0])
    })
  })

  test('inside another one ends alone, and ends too when what it ran throws', async () => {
    await db.database.withActor(actors.cy, async (tx) => {
      const see = async () => (await tx.select().from(groups)).length
      const seen = await asSystem(tx, async () => [await asSystem(tx, see), await see()])
      expect([...seen, await see()]).toEqual([1, 1, 0])
      const failing = asSystem(tx, async () => {
        throw new Error('not found')
      })
      await expect(failing).rejects.toThrow('not found')
      expect(await see()).toBe(0)
    })
  })

  test('does not let anybody decide for another', async () => {
    const decide = sql`insert into dc.decisions (request_id, round, owner_id, firm_id, capacity, slice_digest, submitted_by, decided_by, verdict, authority, decided_at)
      select request_id, 1, owner_id, ${actors.gam.firmId}, 'exchange', 'd2', submitted_by, ${people.gam}, verdict, authority, decided_at from dc.decisions`
    const forged = db.database.withActor(actors.xia, (tx) => asSystem(tx, (t) => t.execute(decide)))
    await expect(forged).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})

describe('uncovered', () => {
  const open = () => db.database.withActor(actors.gam, (tx) => tx.select().from(uncovered))

  test('is empty while every guarantor’s consent covers the level', async () => {
    expect(await open()).toEqual([])
  })

  test('names the source and the guarantor once the consent has ended', async () => {
    await db.database.withActor(actors.xia, (tx) =>
      tx
        .update(consents)
        .set({ during: endedAt(consents.during, db.clock.now), endedBy: people.xia, endReason: 'withdrawn' }),
    )
    expect(await open()).toEqual([{ environment: 'sandbox', groupId: group, sourceId: source, guarantor: xenon }])
  })

  test('names it when the level grows past what was consented to, and when another firm comes to guarantee the source', async () => {
    await db.database.withActor(actors.gam, (tx) => tx.update(groupTerms).set({ level: 'all' }))
    expect(await open()).toHaveLength(1)
    await db.database.withActor(actors.gam, (tx) => tx.update(groupTerms).set({ level: 'executions' }))
    await db.owner`insert into dc.source_guarantors (source_id, firm_id, during) values (${source}, ${actors.cy.firmId}, '[2026-03-02T16:00:00Z,)')`
    expect(await open()).toEqual([])
    db.clock.now = new Date('2026-03-02T16:00:00Z')
    expect(await open()).toHaveLength(1)
  })

  test('cannot be asked without an instant', async () => {
    await expect(Promise.resolve(db.owner`select * from dc.uncovered`)).rejects.toThrow(/dc.now/)
  })
})

describe('instants and periods', () => {
  test('come back as they were written', async () => {
    const [terms] = await db.database.withActor(actors.ana, (tx) => tx.select().from(groupTerms))
    expect(terms?.during).toEqual({ from: new Date('2026-03-01T00:00:00Z'), until: null })
    const [written] = await db.database.withActor(actors.gam, (tx) => tx.select().from(auditEvents))
    expect(written?.at).toEqual(new Date('2026-03-01T12:00:00Z'))
  })
})

describe('the limits of a page', () => {
  test('end a statement that takes more than five seconds', async () => {
    const [limits] = await db.database.withActor(actors.ana, (tx) =>
      tx.execute(sql`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
        current_setting('idle_in_transaction_session_timeout') as idle`),
    )
    expect(limits).toEqual({ statement: '5s', lock: '2s', idle: '10s' })
  })
})

describe('a transaction whose connection is cut', () => {
  // of this file's database alone: others use the server at the same time
  const ours = () => db.owner`datname = current_database() and application_name = 'dc_jobs'`
  const cut = () => db.owner`select pg_terminate_backend(pid) from pg_stat_activity where ${ours()}`
  test.each([
    ['between its statements', async (tx: Tx) => void (await Promise.all([tx.execute(sql`select 1`), cut()]))],
    [
      'while none of them runs',
      async (tx: Tx) => {
        await tx.execute(sql`select 1`)
        await cut()
        const left = () => db.owner`select 1 from pg_stat_activity where ${ours()} and state like 'idle in%'`
        await until('the server has left', async () => (await left()).length === 0)
      },
    ],
    [
      'while a statement runs',
      async (tx: Tx) => void (await Promise.all([tx.execute(sql`select pg_sleep(5)`), cut()])),
    ],
    [
      'inside the portal’s own sight',
      (tx: Tx) => asSystem(tx, async () => void (await Promise.all([tx.execute(sql`select pg_sleep(5)`), cut()]))),
    ],
    [
      'and which took no notice',
      async (tx: Tx) => void (await Promise.all([tx.execute(sql`select pg_sleep(5)`).catch(() => undefined), cut()])),
    ],
  ])('%s fails, and the next one works', async (_title, during) => {
    const failing = db.database.asJobs(async (tx) => {
      await during(tx)
      await tx.execute(sql`select 1`)
    })
    const failure = await failing.catch((error: unknown) => error)
    expect(isDatabaseAway(failure)).toBe(true)
    const works = () => db.database.asJobs((tx) => tx.execute(sql`select 1`)).then(Boolean, () => false)
    await until('the other connections that were cut are given up', works)
  })
})
