import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { expect, inject, onTestFinished, test } from 'vitest'
import { migrate } from '#db/migrate.ts'
import { rolePasswords } from '#db/roles.ts'
import { onServer } from '#test/support/on-server.ts'
import { testKey } from '#test/support/test-key.ts'

const migrations = join(import.meta.dirname, '../../db/migrations')

/** The migrations up to the one of this name, without it. */
function migrationsBefore(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(migrations, folder, { recursive: true })
  const file = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(file, 'utf8')) as { entries: { tag: string }[] }
  const at = journal.entries.findIndex(({ tag }) => tag.endsWith(name))
  writeFileSync(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }))
  return folder
}

test('settings that stood in a row become the part of a version, under the next number, and are audited', async () => {
  const server = inject('databaseServer')
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await onServer(server, (sql) => sql.unsafe(`create database ${name}`))
  const owner = postgres(url.href, { max: 1, onnotice: () => undefined })
  onTestFinished(async () => {
    await owner.end()
    await onServer(server, (sql) => sql.unsafe(`drop database ${name} with (force)`))
  })
  await runMigrations(drizzle(owner), { migrationsFolder: migrationsBefore('_settings_in_versions') })
  const settings = { exchange: { compId: 'CME', subId: 'G' }, listen: [{ role: 'primary', host: 'here', port: 1 }] }
  await owner`insert into dc.installation (mode, created_at) values ('production', now())`
  await owner`insert into dc.environments (environment, settings) values ('production', ${JSON.stringify(settings)}), ('certification', '{}')`
  await owner`insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
    values ('production', 1, 'reference', gen_random_uuid(), now(), 'd1')`
  await migrate({ ownerUrl: url.href, passwords: rolePasswords(testKey), mode: 'production', now: new Date() })
  expect(await owner`select environment, newest_version from dc.environments order by 1`).toEqual([
    { environment: 'certification', newest_version: 0 },
    { environment: 'production', newest_version: 2 },
  ])
  expect(await owner`select environment, number, kind, object_id, document from dc.configuration_parts`).toEqual([
    { environment: 'production', number: 2, kind: 'environment', object_id: 'production', document: settings },
  ])
  const [event] = await owner`select action, object_id, after->'version' as version from dc.audit_events`
  expect(event).toEqual({ action: 'settings.publish', object_id: 'production', version: 2 })
})
