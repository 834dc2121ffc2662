import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import type { Environment } from '#domain/reference/environment.ts'
import { connect, connectProblem } from './connect.ts'
import { type RoleName, type RolePasswords, roleNames, roleUrls } from './roles.ts'
import type { Mode } from './schema/installation.ts'
import { scramVerifier } from './scram.ts'

type MigrateOptions = {
  ownerUrl: string
  /**
   * Passwords with which the four roles are created or updated; absent where the roles are made by hand (`drop-copy db
   * roles --print`).
   */
  passwords?: RolePasswords
  mode: Mode
  now: Date
}

/**
 * Bring the database to this release's schema, over a connection of its own under
 * an advisory lock, closed before it returns.
 * @throws when the database was made in the other mode, or a role is missing
 */
export async function migrate({
  ownerUrl,
  passwords,
  mode,
  now,
}: MigrateOptions): Promise<{ isNew: boolean; installationId: string }> {
  const owner = connect(ownerUrl, { max: 1, connection: { application_name: 'migrate' } })
  try {
    await owner`select 1`.catch((cause: unknown) => {
      const problem = connectProblem(cause, ownerUrl)
      throw problem === undefined ? cause : new Error(problem, { cause })
    })
    await owner`select pg_advisory_lock(hashtext('drop-copy migrate'))`
    await refuseOtherMode(owner, mode)
    for (const role of roleNames) await ensureRole(owner, ownerUrl, role, passwords)
    await runMigrations(drizzle(owner), { migrationsFolder: migrationsFolder() })
    return await writeInstallation(owner, mode, now)
  } finally {
    await owner.end({ timeout: 5 })
  }
}

/** In the sources beside this file, in a bundle under db/. */
function migrationsFolder(): string {
  const places = [join(import.meta.dirname, 'migrations'), join(import.meta.dirname, '..', 'db', 'migrations')]
  const found = places.find((place) => existsSync(join(place, 'meta', '_journal.json')))
  if (!found) throw new Error(`the migrations are missing: looked in ${places.join(' and ')}`)
  return found
}

async function refuseOtherMode(owner: postgres.Sql, mode: Mode): Promise<void> {
  const [{ exists } = { exists: false }] = await owner<{ exists: boolean }[]>`
    select to_regclass('dc.installation') is not null as exists`
  if (!exists) return
  const [row] = await owner<{ mode: Mode }[]>`select mode from dc.installation`
  if (row && row.mode !== mode) {
    throw new Error(
      `This database was made in ${row.mode} mode and cannot be used with MODE=${mode}: use another database`,
    )
  }
}

/** Another database of the server may use these roles, so a role that already accepts the password is left alone. */
async function ensureRole(
  owner: postgres.Sql,
  ownerUrl: string,
  role: RoleName,
  passwords?: RolePasswords,
): Promise<void> {
  const [found] = await owner`select from pg_roles where rolname = ${role}`
  if (!passwords) {
    if (found) return
    throw new Error(`The database role ${role} is missing: give your DBA what "drop-copy db roles --print" prints`)
  }
  if (found && (await accepts(roleUrls(ownerUrl, passwords)[role]))) return
  const verb = found ? 'alter' : 'create'
  const verifier = scramVerifier(passwords[role]) // base64 and $ : only, so it needs no escaping
  await owner.unsafe(`${verb} role ${role} login ${roleAttributes} password '${verifier}'`).catch((cause: unknown) => {
    if (!(cause instanceof postgres.PostgresError) || cause.code !== '42501') throw cause // insufficient_privilege
    const how = 'give your DBA what "drop-copy db roles --print" prints'
    const urls = 'DATABASE_URL_REQUEST, _AUTH, _JOBS and _CONNECTOR'
    throw new Error(`The user of DATABASE_URL may not ${verb} the role ${role}: ${how}, and set ${urls}, all four`, {
      cause,
    })
  })
}

/** Roles cannot get around a policy, and inherit nothing. */
export const roleAttributes = 'nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit'

async function accepts(url: string): Promise<boolean> {
  const role = connect(url, { max: 1, connection: { application_name: 'migrate' } })
  try {
    await role`select 1`
    return true
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === '28P01') return false // wrong password
    throw error
  } finally {
    await role.end({ timeout: 1 })
  }
}

const environmentsOf: Record<Mode, readonly Environment[]> = {
  sandbox: ['sandbox'],
  production: ['production', 'certification'],
}

async function writeInstallation(owner: postgres.Sql, mode: Mode, now: Date) {
  const inserted = await owner<{ id: string }[]>`
    insert into dc.installation (mode, created_at) values (${mode}, ${now.toISOString()}) on conflict do nothing returning id`
  for (const environment of environmentsOf[mode]) {
    await owner`insert into dc.environments (environment) values (${environment}) on conflict do nothing`
  }
  const [row] = inserted.length > 0 ? inserted : await owner<{ id: string }[]>`select id from dc.installation`
  if (!row) throw new Error('unreachable: the row was inserted or was there')
  return { isNew: inserted.length > 0, installationId: row.id }
}
