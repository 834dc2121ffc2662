import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import type { Logger } from 'pino'
import { LeadershipLost, runFromDatabase } from '#connector/database/run-from-database.ts'
import { metricsText } from '#connector/reports/metrics.ts'
import { listenForMetrics, type MetricsAddress, metricsAddress } from '#connector/reports/metrics-listener.ts'
import { serveLocalCommands } from '#connector/run/commands/local-commands.ts'
import { type Running, runConnector, StartRefusal } from '#connector/run/run-connector.ts'
import { wantedFile } from '#connector/run/snapshot/wanted-file.ts'
import { OtherShard } from '#connector/state/lead.ts'
import { readKey } from '#db/key-file.ts'
import { shard as shardName } from '#domain/configuration/fields.ts'
import { lacksReason } from '#domain/leadership/claim.ts'
import { type Environment, environments } from '#domain/reference/environment.ts'
import { JournalLockedError } from '#journal/lock.ts'
import { askedToStop } from './asked-to-stop.ts'
import { type Command, UsageError } from './command.ts'
import { openConnectorLog } from './connector-log.ts'
import { print, printNote } from './terminal.ts'

/**
 * The heap is small, but every chunk read from a socket counts towards the next collection of the whole heap: four a
 * second under load, a tenth of the CPU. With a limit of three times what the last collection left, there is one in two
 * seconds, for some 15 MB more.
 */
const collectLater = '--heap-growing-percent=200'

/** Runs until a signal ends it. */
async function run(argv: string[]): Promise<number> {
  const options = read(argv)
  setFlagsFromString(collectLater)
  mkdirSync(options.data, { recursive: true, mode: 0o700 })
  const stop = new AbortController()
  void askedToStop().then(() => stop.abort())
  try {
    if (options.from === 'file') return await runFile(options, stop.signal)
    await runDatabase(options, stop.signal)
    return 0
  } catch (cause) {
    if (cause instanceof StartRefusal) return refuse(cause.problems, cause.isConfiguration ? 2 : 1)
    if (cause instanceof JournalLockedError) return refuse([cause.message], 3)
    if (cause instanceof OtherShard) return refuse([cause.message], 2)
    if (cause instanceof LeadershipLost) process.exit(refuse([cause.message], 4)) // even with something open
    throw cause
  }
}

export const command: Command = { name: 'connector', run }

/** `shard` absent: the shard of the file, or `main`. */
type Common = { data: string; shard: string | undefined; level: string; metrics: MetricsAddress | undefined }
type FileOptions = Common & { from: 'file'; config: string }
type DatabaseOptions = Common & {
  from: 'database'
  url: string
  environment: Environment
  name: string
  sealingKey: Uint8Array | undefined
  takeOver: string | undefined
}

async function runFile({ config, shard, data, level, metrics }: FileOptions, stopped: AbortSignal): Promise<number> {
  const log = openConnectorLog(level)
  const wanted = wantedFile(config)
  const first = await wanted.read()
  if (!first.ok) return refuse(first.ok === false ? first.problems : [first.why], 2)
  const running = await runConnector({ wanted, first, shard, data, log, onFatal: fatal(log), needsEveryListener: true })
  process.on('SIGHUP', running.wake)
  const endCommands = await serveLocalCommands(running.worker)
  announce(running)
  const served = await serveMetrics(running, metrics, log)
  await aborted(stopped)
  served?.close()
  endCommands()
  await running.stop()
  return 0
}

async function runDatabase(options: DatabaseOptions, stopped: AbortSignal): Promise<void> {
  const { url, environment, shard, name, data, sealingKey, takeOver, level, metrics } = options
  const log = openConnectorLog(level)
  const onReady = (running: Running) => {
    process.on('SIGHUP', running.wake)
    announce(running)
    void serveMetrics(running, metrics, log).then((served) =>
      stopped.addEventListener('abort', () => served?.close(), { once: true }),
    )
  }
  await runFromDatabase(
    { url, environment, shard, name, data, sealingKey, takeOver, release, log, onFatal: fatal(log), onReady },
    stopped,
  )
}

async function serveMetrics({ worker }: Running, address: MetricsAddress | undefined, log: Logger) {
  if (!address) return undefined
  const served = await listenForMetrics(address, () => metricsText(worker), log)
  if (address.port === 0) print(JSON.stringify({ event: 'metrics', port: served.port }))
  return served
}

/** Shown beside the connector's figures. */
const release = '0.1.0'

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

const fatal = (log: ReturnType<typeof openConnectorLog>) => (error: Error) => {
  log.fatal({ err: error }, 'nothing may be assumed any more')
  process.exit(1)
}

/** Reports ports that the system chose, and then that everything is up. */
function announce({ worker }: Running): void {
  for (const address of worker.acceptor.keys) {
    const port = worker.acceptor.port(address)
    if (address.endsWith(':0')) print(JSON.stringify({ event: 'listening', address, port }))
  }
  print('{"event":"ready"}')
}

function refuse(problems: readonly string[], code: number): number {
  for (const problem of problems) printNote(problem)
  return code
}

/** @throws UsageError */
function read(argv: string[]): FileOptions | DatabaseOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      config: { type: 'string' },
      database: { type: 'string' },
      environment: { type: 'string' },
      shard: { type: 'string' },
      name: { type: 'string', default: 'main' },
      'sealing-key': { type: 'string' },
      'lead-from-behind': { type: 'string' },
      data: { type: 'string' },
      metrics: { type: 'string' },
      'log-level': { type: 'string', default: 'info' },
    },
  })
  const { config, database, data, name, 'log-level': level } = values
  if (!data) throw new UsageError('--data DIR is needed')
  if (!levels.includes(level)) throw new UsageError(`--log-level is one of ${levels.join(', ')}`)
  const { shard } = values
  const named = shardName.optional().safeParse(shard)
  if (!named.success) throw new UsageError(`--shard ${named.error.issues[0]?.message ?? ''}`)
  const metrics = values.metrics === undefined ? undefined : metricsAddress(values.metrics)
  if (values.metrics !== undefined && !metrics) throw new UsageError('--metrics is a port, or HOST:PORT')
  if (config && database) throw new UsageError('give --config or --database, not both')
  if (config) return { from: 'file', config, shard, data, level, metrics }
  if (!database) throw new UsageError('--config FILE or --database URL is needed')
  const environment = environments.find((one) => one === values.environment)
  if (!environment) throw new UsageError(`--environment is one of ${environments.join(', ')}`)
  const sealingKey = values['sealing-key'] === undefined ? undefined : readKey(values['sealing-key'])
  const takeOver = values['lead-from-behind']
  if (lacksReason(takeOver)) throw new UsageError('--lead-from-behind needs the reason')
  return { from: 'database', url: database, environment, shard, name, data, sealingKey, takeOver, level, metrics }
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
