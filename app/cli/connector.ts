import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openConnectorLog } from '#connector/log.ts'
import { type Running, runConnector, StartRefusal } from '#connector/run.ts'
import { addressKey } from '#connector/settings.ts'
import { wantedFile } from '#connector/wanted-file.ts'
import { JournalLockedError } from '#journal/journal.ts'
import type { Command } from './command.ts'

const usage = `drop-copy connector --config FILE.json --data DIR
drop-copy connector --database URL --environment NAME --data DIR

  --config FILE        the configuration snapshot to run; read again on SIGHUP and when it changes
  --database URL       follow the configuration versions of a portal instead (role dc_connector)
  --environment NAME   production, certification or sandbox (with --database)
  --name NAME          this connector among others of the environment; default: main
  --data DIR           where the journal is kept; one connector per directory
  --log-level LEVEL    fatal, error, warn, info (default), debug

Prints {"event":"ready"} on stdout when every listener is up. Exit codes: 0 stopped in order, 1 failed,
2 bad configuration or arguments, 3 the directory is in use.`

/** Runs until a signal says otherwise. */
async function run(argv: readonly string[]): Promise<number> {
  const options = read(argv)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`)
    return options === usage ? 0 : 2
  }
  const { config, data, level } = options
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const log = openConnectorLog(level)
  const wanted = wantedFile(config)
  const first = await wanted.read()
  if (!first.ok) return refuse(first.ok === false ? first.problems : [first.why], 2)
  let running: Running | undefined
  const ended = new Promise<number>((resolve) => {
    const stop = () => void (running ? running.stop() : Promise.resolve()).then(() => resolve(0), failed(resolve))
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    process.on('SIGHUP', () => running?.wake())
  })
  try {
    const onFatal = (error: Error) => {
      log.fatal({ err: error }, 'nothing may be assumed any more')
      process.exit(1)
    }
    running = await runConnector({ wanted, first, data, log, onFatal, needsEveryListener: true })
  } catch (cause) {
    if (cause instanceof StartRefusal) return refuse(cause.problems, cause.isConfiguration ? 2 : 1)
    if (cause instanceof JournalLockedError) return refuse([cause.message], 3)
    throw cause
  }
  announce(running)
  return ended
}

export const command: Command = { name: 'connector', summary: 'Run the connector alone', run }

/** Ports that were free ones of the system's choice are said first, then that everything is up. */
function announce({ worker }: Running): void {
  for (const key of worker.acceptor.keys) {
    const port = worker.acceptor.port(key)
    if (port !== undefined && key !== addressKey({ host: key.slice(0, key.lastIndexOf(':')), port }))
      process.stdout.write(`${JSON.stringify({ event: 'listening', address: key, port })}\n`)
  }
  process.stdout.write('{"event":"ready"}\n')
}

function failed(resolve: (code: number) => void) {
  return (cause: unknown) => {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
    resolve(1)
  }
}

function refuse(problems: readonly string[], code: number): number {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  return code
}

type Options = { config: string; data: string; level: string }

function read(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        data: { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return usage
    if (!values.config) return '--config FILE is required'
    if (!values.data) return '--data DIR is required'
    return { config: values.config, data: values.data, level: values['log-level'] }
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}
