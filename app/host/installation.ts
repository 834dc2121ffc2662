import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Config } from '#app/config.ts'
import { assertRolesCannotBypass } from '#db/assert-roles.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { openDataDirectory } from '#db/data-directory.ts'
import { startEmbedded } from '#db/embedded.ts'
import { readOrCreateKey } from '#db/key-file.ts'
import { migrate } from '#db/migrate.ts'
import { type RoleUrls, rolePasswords, roleUrls } from '#db/roles.ts'
import { seal } from '#db/sealing.ts'
import { keepDatabase } from './database-keeper.ts'
import { claim, type Lock, type Owner } from './lock.ts'
import type { Logger } from './log.ts'
import { nodeOptions } from './programs.ts'
import type { StopOrder } from './stop.ts'

/** Another process owns the data directory. */
export class AlreadyRunning extends Error {
  constructor({ pid, url }: Owner) {
    const who = pid === 0 ? 'as a process that does not answer' : `as process ${pid}`
    super(`Drop Copy Portal is already running ${who}${url ? ` on ${url}` : ', which is still starting'}.`)
  }
}

export interface Installation {
  /** Real path of the one directory that holds everything. */
  directory: string
  lock: Lock
  database: Database
  ownerUrl: string
  urls: RoleUrls
  /** Seals secrets that connectors must read again; connectors are given the path of the key. */
  seal(text: string, what: string): Buffer
  sealingKeyPath: string
  /** Whether this start made the database. */
  isNew: boolean
}

/**
 * Own the data directory, bring its database up and to this release's schema, and open the pools. Nothing in the
 * directory is touched before it is ours, and what is started is stopped in reverse.
 * @throws AlreadyRunning, PortTaken
 */
export async function openInstallation(options: {
  config: Config
  order: StopOrder
  guard: string
  checkPorts(): Promise<void>
  log: Logger
  now(): Date
}): Promise<Installation> {
  const { config, order, now } = options
  const directory = openDataDirectory(config.dataDir)
  const claimed = await claim(directory)
  if (!claimed.ok) throw new AlreadyRunning(claimed.owner)
  const { lock } = claimed
  await order.started('lock', () => lock.release())
  await options.checkPorts()
  const ownerUrl = config.databaseUrl ?? (await embedded(directory, options))
  const passwords = rolePasswords(readOrCreateKey(directory))
  const roles = config.roleUrls ? {} : { passwords }
  const { isNew } = await migrate({ ownerUrl, ...roles, mode: config.mode, now: now() })
  const urls = config.roleUrls ? given(config.roleUrls) : roleUrls(ownerUrl, passwords)
  await assertRolesCannotBypass(urls)
  const database = openDatabase({ urls, now })
  await order.started('database pools', () => database.close())
  const key = readOrCreateKey(directory, 'sealing-key')
  const sealing = {
    seal: (text: string, what: string) => seal(key, text, what),
    sealingKeyPath: join(directory, 'sealing-key'),
  }
  return { directory, lock, database, ownerUrl, urls, ...sealing, isNew }
}

const given = (urls: NonNullable<Config['roleUrls']>): RoleUrls => ({
  dc_request: urls.request,
  dc_auth: urls.auth,
  dc_jobs: urls.jobs,
  dc_connector: urls.connector,
})

async function embedded(
  directory: string,
  { order, guard, config, log }: { order: StopOrder; guard: string; config: Config; log: Logger },
): Promise<string> {
  const guardian = startGuard(guard, directory, config.childEnvironment)
  await order.started('guard', guardian.done)
  const server = await startEmbedded({ directory })
  await order.started('database', () => server.stop())
  await order.started('database keeper', keepDatabase(server, log))
  guardian.isUp()
  return server.ownerUrl
}

/** See guard.ts. In a process group of its own, so that Ctrl-C or a killed group does not take it along. */
function startGuard(entry: string, directory: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [...nodeOptions(entry), entry, directory], {
    detached: true,
    env: { NODE_ENV: 'production', ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.on('error', () => undefined) // the portal goes on without a guard that was killed
  child.unref()
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    isUp: () => void child.stdin.write('up\n'),
    done: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.stdin.end('done\n')
      await gone
    },
  }
}
