/**
 * Make the installation's one directory (database, journal, key, lock, sign-ins) and answer its real path. As root the server runs
 * as an unprivileged user, who must be able to walk down to it: a default location that cannot be reached (a checkout under /root)
 * moves to /var/lib/drop-copy; a directory that was asked for by name never moves.
 * @throws one sentence when the directory cannot be used
 */
export function openDataDirectory(_wanted: { path: string; isDefault: boolean }): string {
  throw new Error('unreachable: being written')
}
