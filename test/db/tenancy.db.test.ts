import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { guardedTables, openTables } from './tables.ts'
import { actors, writeWorld } from './world.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
})
afterAll(() => db.close())

/** SQLSTATE of what a statement was refused with. */
const refusal = async (fn: () => Promise<unknown>): Promise<string> => {
  try {
    await fn()
    return 'accepted'
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    return cause instanceof Error && 'code' in cause ? String(cause.code) : String(error)
  }
}
const denied = '42501'
const table = (name: string) => sql.raw(`dc.${name}`)
const rows = async (tx: Tx, name: string) => {
  const [row] = await tx.execute<{ n: number }>(sql`select count(*)::int as n from ${table(name)}`)
  return row?.n
}
/** Rows changed; 0 where the role may not even try. */
const touched = (statement: (name: string) => ReturnType<typeof sql>) => async (name: string) => {
  let count = 0
  const code = await refusal(() =>
    db.database.withActor(actors.cy, async (tx) => {
      count = (await tx.execute(statement(name))).count
    }),
  )
  return code === 'accepted' || code === denied ? count : code
}

describe('a person of a firm that has nothing to do with it', () => {
  /** Rows that are Cedar Capital's own: its one person. */
  const own = (name: string) => (name === 'users' ? 1 : 0)
  /** Clearing Firm IDs are published: every sheet names the clearing firm with its own. */
  const published = (name: string) => (name === 'firm_codes' ? 1 : 0)

  test.each(guardedTables)('sees no row of %s', async (name) => {
    let seen = 0
    const code = await refusal(async () => {
      seen = (await db.database.withActor(actors.cy, (tx) => rows(tx, name))) ?? -1
    })
    expect([seen, code === 'accepted' || code === denied]).toEqual([own(name) + published(name), true])
  })

  test.each(guardedTables)('changes no row of %s', async (name) => {
    const [column] = await db.owner<{ name: string }[]>`
      select column_name as name from information_schema.columns
      where table_schema = 'dc' and table_name = ${name} and is_identity = 'NO' order by ordinal_position desc limit 1`
    const column_ = sql.raw(column?.name ?? '')
    expect(await touched((t) => sql`update ${table(t)} set ${column_} = ${column_}`)(name)).toBe(own(name))
  })

  test.each(guardedTables)('deletes no row of %s', async (name) => {
    expect(await touched((t) => sql`delete from ${table(t)}`)(name)).toBe(0)
  })

  // work for the portal itself is anybody's to add, and nobody's to read
  test.each(guardedTables.filter((name) => name !== 'outbox'))('cannot write a row of others into %s', async (name) => {
    // the policy is asked before any unique key, so the very row that is there stands for one like it
    const [row] = await db.owner`select to_jsonb(t) as row from ${db.owner(`dc.${name}`)} t limit 1`
    const copy = sql`insert into ${table(name)} overriding system value
      select * from jsonb_populate_record(null::${table(name)}, ${JSON.stringify(row?.row)}::jsonb)`
    expect(await refusal(() => db.database.withActor(actors.cy, (tx) => tx.execute(copy)))).toBe(denied)
  })
})

describe('a person of the owner', () => {
  test.each([
    'groups',
    'group_terms',
    'group_sources',
    'consents',
    'source_stops',
    'group_contacts',
    'targets',
    'requests',
    'request_rounds',
    'request_parties',
  ])('sees the rows of its own group in %s', async (name) => {
    const seen = await db.database.withActor(actors.ana, (tx) => rows(tx, name))
    expect(seen).toBeGreaterThan(0)
  })
})

describe('a clearing firm', () => {
  const seen = async (name: string) => db.database.withActor(actors.xia, (tx) => rows(tx, name))

  test('sees the group it signed for, its consent, its contact, its slice and its own session', async () => {
    for (const name of [
      'groups',
      'group_terms',
      'group_sources',
      'consents',
      'source_stops',
      'group_contacts',
      'source_sessions',
      'requests',
      'observed_ledger',
      'observed_past_ledger',
      'rollups', // of its session: none of the group that it flows into
    ]) {
      expect([name, await seen(name)]).toEqual([name, 1])
    }
    const capacities = await db.database.withActor(actors.xia, (tx) =>
      tx.execute(sql`select capacity from dc.request_parties`),
    )
    expect([...capacities]).toEqual([{ capacity: 'guarantor' }])
  })

  test('does not see the request document, targets, credentials, or the owner’s billing account', async () => {
    for (const name of [
      'request_rounds',
      'request_drafts',
      'targets',
      'billing_accounts',
      'observed_targets',
      'configuration_parts',
    ]) {
      expect([name, await seen(name)]).toEqual([name, 0])
    }
    const credentials = sql`select id from dc.target_credentials`
    expect([...(await db.database.withActor(actors.xia, (tx) => tx.execute(credentials)))]).toEqual([])
  })

  test('cannot decide for another firm, nor under another person’s name', async () => {
    const decide = (firmId: string, decidedBy: string) => sql`
      insert into dc.decisions (request_id, round, owner_id, firm_id, capacity, slice_digest, submitted_by, decided_by, verdict, authority, decided_at)
      select request_id, 1, owner_id, ${firmId}, 'exchange', 'd2', submitted_by, ${decidedBy}, verdict, authority, decided_at from dc.decisions`
    for (const [firm, person] of [
      [actors.gam.firmId, actors.gam.userId],
      [actors.xia.firmId, actors.gam.userId],
      [actors.gam.firmId, actors.xia.userId],
    ] as const) {
      expect(await refusal(() => db.database.withActor(actors.xia, (tx) => tx.execute(decide(firm, person))))).toBe(
        denied,
      )
    }
  })
})

describe('the verifier of a client’s secret', () => {
  test.each(['ana', 'gam'] as const)('cannot be read by %s', async (who) => {
    const read = sql`select verifier from dc.target_credentials`
    expect(await refusal(() => db.database.withActor(actors[who], (tx) => tx.execute(read)))).toBe(denied)
  })

  test('cannot be written by anybody of the exchange', async () => {
    const insert = sql`insert into dc.target_credentials (target_id, kind, verifier, fingerprint, claimed_by, claimed_at)
      select id, 'password', '{}', 'x', ${actors.gam.userId}, now() from dc.targets`
    expect(await refusal(() => db.database.withActor(actors.gam, (tx) => tx.execute(insert)))).toBe(denied)
  })
})

describe('what is open to every signed-in person', () => {
  test.each(Object.keys(openTables))('%s is readable, and not writable by a firm', async (name) => {
    expect(await db.database.withActor(actors.cy, (tx) => rows(tx, name))).toBeGreaterThan(0)
    expect(await touched((t) => sql`delete from ${table(t)}`)(name)).toBe(0)
  })
})
