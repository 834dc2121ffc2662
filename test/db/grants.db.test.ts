import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RoleName } from '#db/roles.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { writeWorld } from './world.ts'

let db: FreshDb
const open: postgres.Sql[] = []
beforeAll(async () => {
  db = await freshDb()
  await writeWorld(db.owner)
})
afterAll(async () => {
  await Promise.all(open.map((sql) => sql.end()))
  await db.close()
})

const as = (role: RoleName) => {
  const sql = postgres(db.urls[role], { max: 1, onnotice: () => undefined })
  open.push(sql)
  return sql
}
const mayWrite = (role: RoleName) => db.owner<{ name: string }[]>`
  select relname as name from pg_class where relnamespace = 'dc'::regnamespace and relkind in ('r', 'p')
    and (has_any_column_privilege(${role}, oid, 'INSERT, UPDATE') or has_table_privilege(${role}, oid, 'DELETE')) order by relname`

describe('one writer each', () => {
  test('what connectors observe and answer is written by dc_connector alone, and it writes nothing else', async () => {
    const written = (await mayWrite('dc_connector')).map((one) => one.name)
    expect(written).toEqual([
      'configuration_reports',
      'connector_leases',
      'connector_refusals',
      'observed_alarms',
      'observed_connectors',
      'observed_feeds',
      'observed_journals',
      'observed_ledger',
      'observed_past_ledger',
      'observed_refused_logons',
      'observed_sources',
      'observed_targets',
      'session_command_outcomes',
    ])
    for (const role of ['dc_request', 'dc_auth', 'dc_jobs'] as const) {
      const others = (await mayWrite(role)).map((one) => one.name)
      expect(others.filter((name) => written.includes(name))).toEqual([])
    }
  })

  test('secrets and sign-ins are read and written by dc_auth alone', async () => {
    for (const role of ['dc_request', 'dc_jobs', 'dc_connector'] as const) {
      const sql = as(role)
      await expect(sql`select * from dc.user_secrets`).rejects.toThrow(/permission denied/)
      await expect(sql`select * from dc.auth_sessions`).rejects.toThrow(/permission denied/)
      await expect(sql`update dc.user_secrets set password_hash = 'x'`).rejects.toThrow(/permission denied/)
    }
    expect(await as('dc_auth')`select user_id from dc.user_secrets`).toHaveLength(1)
  })

  test('nobody may change or remove an event, a seal, a round, a version or a command', async () => {
    for (const role of ['dc_request', 'dc_auth', 'dc_jobs', 'dc_connector'] as const) {
      const allowed = await db.owner`
        select t.name from unnest(array['audit_events', 'audit_seals', 'request_rounds', 'configuration_versions', 'configuration_parts', 'session_commands', 'session_command_outcomes']) t(name)
        where has_any_column_privilege(${role}, 'dc.' || t.name, 'UPDATE') or has_table_privilege(${role}, 'dc.' || t.name, 'DELETE, TRUNCATE')`
      expect([...allowed]).toEqual([])
    }
  })

  test('the portal’s own role decides nothing and submits nothing for a party', async () => {
    const sql = as('dc_jobs')
    await expect(sql`insert into dc.decisions select * from dc.decisions`).rejects.toThrow(/permission denied/)
    await expect(sql`insert into dc.request_rounds select * from dc.request_rounds`).rejects.toThrow(
      /permission denied/,
    )
  })

  test('no role creates anything', async () => {
    for (const role of ['dc_request', 'dc_auth', 'dc_jobs', 'dc_connector'] as const) {
      await expect(as(role)`create table dc.mine (id int)`).rejects.toThrow(/permission denied/)
      await expect(as(role)`create table public.mine (id int)`).rejects.toThrow(/permission denied/)
    }
  })
})

describe('a forgotten withActor', () => {
  test('sees no row of any table', async () => {
    const sql = as('dc_request')
    const readable = await db.owner<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'dc'::regnamespace and relkind = 'r'
        and has_table_privilege('dc_request', oid, 'SELECT') order by relname`
    expect(readable.length).toBeGreaterThan(40)
    for (const { name } of readable) {
      expect([name, (await sql`select 1 from ${sql(`dc.${name}`)}`).length]).toEqual([name, 0])
    }
  })

  test('is not helped by naming a scope, nor by becoming somebody else', async () => {
    const sql = as('dc_request')
    const seen = await sql.begin(async (tx) => {
      await tx`select set_config('dc.scope', 'system', true)`
      return tx`select 1 from dc.groups`
    })
    expect(seen).toHaveLength(0)
    await expect(sql`set role postgres`).rejects.toThrow(/permission denied/)
    await expect(sql`set session_replication_role = replica`).rejects.toThrow(/permission denied/)
    await sql`reset role`
    expect(await sql`select 1 from dc.groups`).toHaveLength(0)
  })
})
