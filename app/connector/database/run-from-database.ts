import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Status } from '#connector/reports/status.ts'
import { type Running, runConnector } from '#connector/run/run-connector.ts'
import type { Wanted } from '#connector/run/snapshot/wanted.ts'
import { openConnectorPool } from '#db/client.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { mainShard } from '#domain/reference/shard.ts'
import { Leadership, NeverLed } from './leadership.ts'
import { Observer } from './observer.ts'
import { SessionCommands } from './session-commands.ts'
import { WantedDatabase } from './wanted-database.ts'

type DatabaseRunOptions = {
  url: string
  environment: Environment
  /** Absent: `main`. */
  shard?: string | undefined
  /** Unique among the connectors of the shard. */
  name: string
  data: string
  /** Opens the secrets of access keys; absent: no access key can be used. */
  sealingKey?: Uint8Array | undefined
  release: string
  /** An operator's order, with its reason: lead although another has led with more than this journal holds. */
  takeOver?: string | undefined
  log: Logger
  onFatal(error: Error): void
  /** Called once, when the first configuration is in force. */
  onReady(running: Running): void
}

const askMs = 2_000
/** How long the parts of a leader that was superseded have to stop. */
const abandonedMs = 5_000

/** Another connector has taken the lease. */
export class LeadershipLost extends Error {
  override name = 'LeadershipLost'
}

/**
 * Runs a shard of an environment from the database: waits until there is a configuration and this connector leads, then
 * follows the configuration until stopped. @throws LeadershipLost
 */
export async function runFromDatabase(options: DatabaseRunOptions, stopped: AbortSignal): Promise<void> {
  const { url, environment, shard = mainShard, name, data, log, sealingKey, takeOver } = options
  const pool = openConnectorPool(url)
  const leadership = new Leadership({ url, environment, shard, connector: name, log, stopped, takeOver })
  const leader = () => leadership.leader
  const wanted = new WantedDatabase({ pool, environment, shard, connector: name, data, log, sealingKey, leader })
  try {
    const first = await firstWanted(wanted, log, stopped)
    if (first) await lead(options, { pool, leadership, wanted, first }, stopped)
  } catch (error) {
    if (!(error instanceof NeverLed)) throw error
  } finally {
    await leadership.stop()
    await pool.close()
  }
}

type Parts = {
  pool: ReturnType<typeof openConnectorPool>
  leadership: Leadership
  wanted: WantedDatabase
  first: Extract<Wanted, { ok: true }>
}

async function lead(
  { environment, shard = mainShard, name, release, data, log, onFatal, onReady }: DatabaseRunOptions,
  { pool, leadership, wanted, first }: Parts,
  stopped: AbortSignal,
): Promise<void> {
  const leader = () => leadership.leader
  const ofShard = shard === mainShard ? '' : ` --shard ${shard}`
  const commandLine = (verb: string, session?: string) =>
    `drop-copy session ${verb} ${session ?? `${environment}${ofShard}`}`
  const asked = {
    wanted,
    first,
    shard,
    data,
    log,
    onFatal,
    commandLine,
    needsEveryListener: false,
    lead: leadership.lead,
  }
  const running = await runConnector(asked)
  const { worker } = running
  const { lost } = leadership
  const status = new Status(worker, { environment, shard, connector: name, release })
  running.onApplied((parts) => status.parts(parts))
  const observer = new Observer(pool, status, log, leader)
  const commands = new SessionCommands({ pool, environment, shard, connector: name, worker, log, leader })
  onReady(running)
  await aborted(AbortSignal.any([stopped, lost]))
  if (lost.aborted) {
    log.fatal('another connector leads this environment')
    await worker.abandon()
    // their work changes nothing any more, and may wait for a database that does not answer
    await Promise.race([Promise.all([commands.stop(), observer.stop(), running.stop()]), wait(abandonedMs)])
    throw new LeadershipLost('another connector leads this environment')
  }
  await commands.stop()
  await running.stop()
  await observer.stop()
}

/** The first snapshot that can be run; undefined: stopped before there was one. */
async function firstWanted(
  wanted: WantedDatabase,
  log: Logger,
  stopped: AbortSignal,
): Promise<Extract<Wanted, { ok: true }> | undefined> {
  let said = ''
  while (!stopped.aborted) {
    const read = await wanted.read()
    if (read.ok) return read
    const why = read.ok === undefined ? read.why : read.problems.join('; ')
    if (why !== said) log.warn(`waiting: ${why}`)
    said = why
    await wait(askMs, undefined, { signal: stopped }).catch(() => undefined)
  }
  return undefined
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
