import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Logger } from './log.ts'
import { nodeOptions } from './programs.ts'

export interface ChildStatus {
  state: 'starting' | 'running' | 'down' | 'stopped'
  pid: number | undefined
  restarts: number
  /** When the child last ended by itself, and how. */
  lastExit: { at: Date; code: number | null; signal: string | null } | undefined
}

export interface Child {
  status(): ChildStatus
  /** Resolves when the child reports its first event, or never. */
  ready: Promise<void>
  /** Ask the child to drain and leave, and insist after `graceMs`. Returns when the child is gone. */
  stop(): Promise<void>
}

interface ChildOptions {
  name: string
  /** The command line: `build/cli.js`, or its source in development. */
  entry: string
  /** A command of the command line that runs until SIGTERM. */
  args: readonly string[]
  /** The whole environment of the child; it does not inherit ours, which holds addresses with passwords. */
  env: Record<string, string>
  /** More arguments, passed over the channel because they must not appear in a process list. */
  secretArgs?: readonly string[]
  /** More arguments for each start until the child has said that it is ready, and for no start after that. */
  argsUntilReady?: readonly string[]
  log: Logger
  graceMs?: number
  /** The child's stdout: one JSON object a line, each with an `event`. */
  onEvent?: (event: { event: string }) => void
}

const firstDelayMs = 100
const longestDelayMs = 5_000
/** A child that lived this long has recovered: the next restart is quick again. */
const healthyMs = 30_000

/**
 * Keep a child process running: restart it with growing pauses when it ends, and end it with us. The child notices our
 * end by the closed channel. It ignores SIGINT, so that Ctrl-C reaches it through our ordered stop only.
 */
export function superviseChild(options: ChildOptions): Child {
  const { log, name } = options
  const status: ChildStatus = { state: 'starting', pid: undefined, restarts: 0, lastExit: undefined }
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let stopping = false
  let quickExits = 0
  let wasReady = false
  let isReady = () => {}
  const ready = new Promise<void>((resolve) => {
    isReady = () => {
      wasReady = true
      resolve()
    }
  })

  const launch = () => {
    const from = Date.now()
    status.state = 'starting'
    child = forkChild(options, wasReady ? [] : (options.argsUntilReady ?? []))
    status.pid = child.pid
    readEvents(child, (event) => {
      status.state = 'running'
      isReady()
      options.onEvent?.(event)
    })
    child.on('error', (error) => log.error({ err: error, child: name }, 'child process could not be started'))
    child.on('exit', (code, signal) => {
      status.lastExit = { at: new Date(), code, signal }
      status.state = stopping ? 'stopped' : 'down'
      if (stopping) return
      quickExits = Date.now() - from > healthyMs ? 0 : quickExits + 1
      status.restarts++
      const pauseMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, quickExits - 1))
      log.error({ child: name, code, signal, pauseMs }, 'child process ended; starting it again')
      timer = setTimeout(launch, pauseMs)
    })
  }
  launch()
  return {
    status: () => ({ ...status }),
    ready,
    stop: async () => {
      stopping = true
      clearTimeout(timer)
      if (child) await end(child, options.graceMs ?? 10_000, log, name)
      status.state = 'stopped'
    },
  }
}

/** The last argument of a child whose other arguments come over the channel. */
export const argumentsFollow = '--arguments-follow'

function forkChild({ entry, args, env, secretArgs }: ChildOptions, more: readonly string[]): ChildProcess {
  const child = fork(entry, [...args, ...more, ...(secretArgs ? [argumentsFollow] : [])], {
    env: { NODE_ENV: 'production', ...env },
    execArgv: nodeOptions(entry),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'], // stdout is the portal's own; what a child prints there are events
  })
  if (secretArgs) child.send({ argv: secretArgs }, () => undefined)
  return child
}

function readEvents(child: ChildProcess, seen: (event: { event: string }) => void): void {
  if (!child.stdout) return
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"event"')) seen(JSON.parse(line) as { event: string }) // such a line has an event
  })
}

async function end(child: ChildProcess, graceMs: number, log: Logger, name: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const insist = setTimeout(() => {
    log.warn({ child: name, graceMs }, 'child process did not leave in time; killing it')
    child.kill('SIGKILL')
  }, graceMs)
  await gone
  clearTimeout(insist)
}
