import { ConfigError, isRunByNpx } from '#app/config.ts'
import { hideParameters } from '#db/failed-statement.ts'
import { argumentsFollow } from '../host/child.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { printNote } from './terminal.ts'

/** One file a command, loaded when it is asked for. */
const commands: Record<string, () => Promise<{ command: Command }>> = {
  audit: () => import('./audit.ts'),
  client: () => import('./client.ts'),
  connector: () => import('./connector.ts'),
  db: () => import('./db.ts'),
  feed: () => import('./feed.ts'),
  'gateway-sim': () => import('./gateway-sim.ts'),
  journal: () => import('./journal.ts'),
  session: () => import('./session.ts'),
  settings: () => import('./settings.ts'),
  user: () => import('./user.ts'),
}

/** Ctrl-C does not end a child of the portal (see `askedToStop`). The end of the portal does. */
if (process.send) {
  process.on('SIGINT', () => undefined)
  if (!process.connected) process.exit(1) // it ended while this was being loaded
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), 10_000).unref()
  })
}

/**
 * npx ends at a SIGTERM, but passes it only to the shell between us: the command that npx leaves behind would run on.
 */
if (isRunByNpx) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}

const argv = await argumentsGiven()
process.channel?.unref() // a command that is done ends, also when the parent keeps the channel open
process.exitCode = await dispatch(argv)

/**
 * A parent that has secrets to pass keeps them out of the process list: they come
 * first over its channel, as more arguments.
 */
async function argumentsGiven(): Promise<string[]> {
  const argv = process.argv.slice(2)
  if (argv.at(-1) !== argumentsFollow || !process.send) return argv
  const message = await new Promise<unknown>((resolve) => process.once('message', resolve))
  const { argv: more } = message as { argv: string[] } // the supervisor sends nothing else first
  return [...argv.slice(0, -1), ...more]
}

async function dispatch([name, ...argv]: string[]): Promise<number> {
  const load = name === undefined ? undefined : commands[name]
  if (!load) {
    const wrong = name === undefined ? '' : `drop-copy: there is no command "${name}"\n\n`
    printNotes(`${wrong}${helpOf('drop-copy')}`)
    return 2
  }
  try {
    return await (await load()).command.run(argv)
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof ConfigError || isParseArgsError(error)
    printNotes(`drop-copy ${name}: ${wordsOf(error)}`)
    return isUsage ? 2 : 1
  }
}

function printNotes(text: string): void {
  for (const line of text.split('\n')) printNote(line)
}

/** A stray argument may be the second word of a password without quotes: the message does not repeat it. */
function wordsOf(error: unknown): string {
  if (isParseArgsError(error) && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
    return 'a word stands by itself; a value with spaces needs quotes. --help says more'
  return error instanceof Error ? hideParameters(error).message : String(error)
}

/** node:util's parseArgs: an unknown option, or one without its value. */
function isParseArgsError(error: unknown): error is TypeError {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
