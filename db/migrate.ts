import type { RolePasswords, RoleUrls } from './roles.ts'
import type { Mode } from './schema/installation.ts'

export type MigrateOptions = {
  ownerUrl: string
  /** Creates the four roles, or sets their passwords; absent where they are made by hand (`drop-copy db roles --print`). */
  passwords?: RolePasswords
  mode: Mode
  now: Date
}

/**
 * Bring the database to this release's schema, over a connection of its own under an advisory lock, closed before it returns.
 * @throws when the database was made in the other mode, or a role is missing
 */
export async function migrate(_options: MigrateOptions): Promise<{ isNew: boolean; installationId: string }> {
  throw new Error('unreachable: being written')
}

/** Refuse to run when one of the roles that may be connected to could bypass a policy. @throws naming each and why */
export async function assertRolesCannotBypass(_urls: Partial<RoleUrls>): Promise<void> {
  throw new Error('unreachable: being written')
}
