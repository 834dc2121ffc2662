import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres, { type Sql } from 'postgres'
import { inject, onTestFinished } from 'vitest'
import { migrate } from '#db/migrate.ts'
import { rolePasswords } from '#db/roles.ts'
import { onServer } from './on-server.ts'
import { testKey } from './test-key.ts'

const migrations = join(import.meta.dirname, '../../db/migrations')

/** The migrations before the one of this name. */
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

/**
 * A database of a production installation as the release before a migration left it. `update` runs that migration and
 * all later ones.
 */
export async function databaseBefore(migration: string): Promise<{ owner: Sql; update(): Promise<unknown> }> {
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
  await runMigrations(drizzle(owner), { migrationsFolder: migrationsBefore(migration) })
  await owner`insert into dc.installation (mode, created_at) values ('production', now())`
  const update = () =>
    migrate({ ownerUrl: url.href, passwords: rolePasswords(testKey), mode: 'production', now: new Date() })
  return { owner, update }
}
