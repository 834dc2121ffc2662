import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Observer } from '#connector/reports/observer.ts'
import { Status } from '#connector/reports/status.ts'
import { Leadership } from '#connector/wanted/leader.ts'
import { SessionCommands } from '#connector/wanted/session-commands.ts'
import type { Wanted } from '#connector/wanted/wanted.ts'
import { WantedDatabase } from '#connector/wanted/wanted-database.ts'
import { openConnectorPool, openConnectorSession } from '#db/client.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type Running, runConnector } from './run.ts'

export type DatabaseRunOptions = {
  url: string
  environment: Environment
  /** Among the connectors of the environment. */
  name: string
  data: string
  /** Opens the secrets of access keys; absent: none of them can be used. */
  sealingKey?: Uint8Array | undefined
  release: string
  log: Logger
  onFatal(error: Error): void
  /** Told once when the first configuration is in force. */
  onReady(running: Running): void
}

const askMs = 2_000

/** Runs an environment from the database: waits until it leads and something is wanted, then follows until stopped. */
export async function runFromDatabase(options: DatabaseRunOptions, stopped: AbortSignal): Promise<void> {
  const { url, environment, name, data, log, release, onFatal, sealingKey } = options
  const pool = openConnectorPool(url)
  const leadership = new Leadership(openConnectorSession(url), environment)
  const wanted = new WantedDatabase({ pool, environment, connector: name, data, log, sealingKey })
  try {
    const first = await firstWanted(wanted, leadership, log, stopped)
    if (!first) return
    const running = await runConnector({ wanted, first, data, log, onFatal, needsEveryListener: false })
    const status = new Status(running.worker, { environment, connector: name, release })
    running.onApplied((parts) => status.parts(parts))
    const observer = new Observer(pool, status, log)
    const commands = new SessionCommands({ pool, environment, connector: name, worker: running.worker, log })
    options.onReady(running)
    await until(stopped, leadership, log)
    await commands.stop()
    await running.stop()
    await observer.stop()
  } finally {
    await leadership.release()
    await pool.close()
  }
}

/** The first snapshot that can be run; undefined: stopped before there was one. */
async function firstWanted(
  wanted: WantedDatabase,
  leadership: Leadership,
  log: Logger,
  stopped: AbortSignal,
): Promise<Extract<Wanted, { ok: true }> | undefined> {
  let said = ''
  while (!stopped.aborted) {
    const standing = await leadership.ask()
    const read: Wanted =
      standing === 'other' ? { ok: undefined, why: 'another connector runs this environment' } : await wanted.read()
    if (read.ok) return read
    const why = read.ok === undefined ? read.why : read.problems.join('; ')
    if (why !== said) log.warn(`waiting: ${why}`)
    said = why
    await wait(askMs, undefined, { signal: stopped }).catch(() => undefined)
  }
  return undefined
}

/** Until it is stopped. @throws when another connector has taken over while the database could not be asked */
async function until(stopped: AbortSignal, leadership: Leadership, log: Logger): Promise<void> {
  while (!stopped.aborted) {
    await wait(askMs, undefined, { signal: stopped }).catch(() => undefined)
    if (stopped.aborted) return
    if ((await leadership.ask()) === 'other') {
      log.fatal('another connector has taken over this environment')
      throw new Error('another connector has taken over this environment')
    }
  }
}
