import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { type Database, openDatabase } from '#db/client.ts'
import { type RoleUrls, rolePasswords, roleUrls } from '#db/roles.ts'
import { onServer } from './on-server.ts'
import { templateName, testKey } from './test-key.ts'

export type FreshDb = {
  database: Database
  /** Of this database: what a child process is started with. */
  ownerUrl: string
  urls: RoleUrls
  /** The owner's connection, which bypasses every policy: to arrange and to assert rows. */
  owner: postgres.Sql
  /** The time that `database` sees; tests move it. */
  clock: { now: Date }
  /** Empty every table (installation and environments stay): between tests of a file. */
  truncate(): Promise<void>
  close(): Promise<void>
}

/** A migrated database of its own (sandbox mode) on this server, whose template must exist. */
export async function freshDbOn(server: string): Promise<FreshDb> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await onServer(server, (sql) => createFromTemplate(sql, name))
  const urls = roleUrls(url.href, rolePasswords(testKey))
  const clock = { now: new Date('2026-03-02T15:00:00Z') }
  const database = openDatabase({ urls, now: () => clock.now, connections: 4 })
  const owner = postgres(url.href, { max: 2, onnotice: () => undefined, connection: { TimeZone: 'UTC' } })
  return {
    database,
    ownerUrl: url.href,
    urls,
    owner,
    clock,
    truncate: () => deleteAll(owner),
    close: async () => {
      await Promise.all([database.close(), owner.end({ timeout: 5 })])
      await onServer(server, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`))
    },
  }
}

/**
 * A template can be copied by one at a time, and only while nobody is connected
 * to it: the lock makes files wait in turn.
 */
async function createFromTemplate(sql: postgres.Sql, name: string): Promise<void> {
  await sql`select pg_advisory_lock(hashtext('drop-copy test template'))`
  await sql.unsafe(`create database ${name} template ${templateName}`)
}

/**
 * Deleting the few rows of a test is many times faster than truncating fifty tables. With `replica`, triggers and keys
 * do not run.
 */
async function deleteAll(owner: postgres.Sql): Promise<void> {
  const kept = ['installation', 'environments']
  await owner.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    const tables = await tx<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'dc' and tablename <> all(${kept})`
    const sequences = await tx<{ name: string }[]>`
      select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname = 'dc' and last_value is not null`
    const statements = [
      ...tables.map(({ name }) => `delete from ${name}`),
      ...sequences.map(({ name }) => `alter sequence ${name} restart`),
      'update dc.environments set newest_version = 0',
    ]
    await tx.unsafe(statements.join(';'))
  })
}
