import { readFileSync } from 'node:fs'

/** The user that an administrator makes for the embedded database: `useradd --system drop-copy`. */
const ownUserName = 'drop-copy'

type ServerUser = { name: string; uid: number; gid: number }

/**
 * PostgreSQL refuses to run as root, so a portal started as root runs it as another user: `drop-copy` where the machine
 * has one, else `nobody`, whose files other services of the machine may read and change.
 * @param accounts the machine's /etc/passwd
 */
export function serverUser(accounts = accountsOfMachine()): ServerUser {
  for (const line of accounts.split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name === ownUserName && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  return { name: 'nobody', uid: 65534, gid: 65534 }
}

function accountsOfMachine(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}
