import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const isRoot = process.getuid?.() === 0

/**
 * Make the installation's one directory (database, journal, key, lock, sign-ins) and return its real path. As root the
 * server runs as an unprivileged user, who must be able to reach the directory: a default location out of reach (a
 * checkout under /root) moves to /var/lib/drop-copy; a directory that was asked for by name never moves.
 * @throws one sentence when the directory cannot be used
 */
export function openDataDirectory({ path, isDefault }: { path: string; isDefault: boolean }): string {
  const wanted = resolve(path)
  const why = problem(wanted)
  if (why === undefined) return made(wanted)
  if (!isDefault) throw new Error(`The data directory ${wanted} cannot be used: ${why}`)
  const base = isRoot ? '/var/lib/drop-copy' : join(homedir(), '.drop-copy')
  const other = join(base, `data-${createHash('sha256').update(wanted).digest('hex').slice(0, 8)}`)
  const otherWhy = problem(other)
  if (otherWhy === undefined) return made(other)
  throw new Error(`Neither ${wanted} (${why}) nor ${other} (${otherWhy}) can be used; set DATA_DIR`)
}

function problem(path: string): string | undefined {
  try {
    mkdirAllowing(dirname(path))
    if (isRoot && !reachable(dirname(path))) return 'the unprivileged user that PostgreSQL runs as cannot reach it'
    mkdirAllowing(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Only the owner can read the directory; as root others may pass through, to reach the database's own directory in it.
 */
function mkdirAllowing(path: string): void {
  mkdirSync(path, { recursive: true, mode: isRoot ? 0o711 : 0o700 })
}

function made(path: string): string {
  const mode = statSync(path).mode & 0o777
  if (isRoot && !(mode & 0o001)) chmodSync(path, mode | 0o011)
  return realpathSync(path)
}

/** Whether an unprivileged user can reach this path: every directory on the way lets others through. */
export function reachable(path: string): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if (!(statSync(at).mode & 0o001)) return false
    if (at === dirname(at)) return true
  }
}
