import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#app/config.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { openDataDirectory } from '#db/data-directory.ts'
import { startEmbedded } from '#db/embedded.ts'
import { readPidFile } from '#db/embedded-process.ts'
import { readOrCreateKey } from '#db/key-file.ts'
import { rolePasswords, roleUrls } from '#db/roles.ts'
import { claim } from '../host/lock.ts'

interface OpenDatabase {
  database: Database
  /** Where the running portal is reached; undefined when none runs. */
  portalUrl: string | undefined
}

/**
 * Run a command against the installation's database: the configured server, the embedded one that a running portal
 * holds, or the embedded one, started for this command.
 * @throws when there is no installation yet
 */
export async function withDatabase<T>(config: Config, work: (open: OpenDatabase) => Promise<T>): Promise<T> {
  const directory = openDataDirectory(config.dataDir)
  if (!existsSync(join(directory, 'key')))
    throw new Error(`${directory} holds no installation yet. Start the portal once, or set DATA_DIR.`)
  const claimed = await claim(directory)
  const portalUrl = claimed.ok ? undefined : claimed.owner.url
  const server = claimed.ok && !config.databaseUrl ? await startEmbedded({ directory }) : undefined
  const ownerUrl = config.databaseUrl ?? server?.ownerUrl ?? runningUrl(directory)
  const { roleUrls: given } = config
  const urls = given
    ? { dc_request: given.request, dc_auth: given.auth, dc_jobs: given.jobs }
    : roleUrls(ownerUrl, rolePasswords(readOrCreateKey(directory)))
  const database = openDatabase({ urls, now: () => new Date(), connections: 2 })
  try {
    return await work({ database, portalUrl })
  } finally {
    await database.close()
    await server?.stop()
    if (claimed.ok) await claimed.lock.release()
  }
}

/** The embedded server that a running portal has started. */
function runningUrl(directory: string): string {
  const home = join(directory, 'postgres')
  const running = readPidFile(join(home, 'pgdata', 'postmaster.pid'))
  if (running?.state !== 'ready') throw new Error('The portal is starting or stopping. Try again in a moment.')
  const password = readFileSync(join(home, 'password'), 'utf8').trim()
  return `postgres://postgres:${password}@127.0.0.1:${running.port}/postgres`
}
