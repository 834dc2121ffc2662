import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadOrder, LoadReport } from './load.ts'
import type { SinkOrder, SinkProgress, SinkReady, SinkReport } from './sink.ts'

/**
 * Starts the program that receives copies; `ready` when it is logged on everywhere, with the ports on which it listens.
 */
export function startSink(order: SinkOrder, told?: (received: number) => void) {
  const child = program('./sink.ts')
  let received = 0
  let isReady: (ready: SinkReady) => void
  const ready = new Promise<SinkReady>((resolve) => {
    isReady = resolve
  })
  const done = answer<SinkReport>(child, 'sink', (message: SinkReady | SinkProgress | SinkReport) => {
    if ('ports' in message) isReady(message)
    if ('received' in message) {
      received = message.received
      told?.(received)
    }
    return 'copies' in message ? message : undefined
  })
  child.send(order)
  return {
    ready: Promise.race([ready, done.then((): SinkReady => ({ ports: [] }))]),
    done,
    received: () => received,
    end: () => void child.kill(),
  }
}

/**
 * Starts the program that sends messages; `done` when the system has taken all of them. The program runs until it is
 * ended.
 */
export function startLoad(order: LoadOrder) {
  const child = program('./load.ts')
  const done = answer<LoadReport>(child, 'load generator', (report: LoadReport) => report)
  return { start: () => void child.send(order), done, end: () => void child.kill() }
}

const program = (name: string) => fork(fileURLToPath(new URL(name, import.meta.url)), { execArgv: ['--import', 'tsx'] })

/** Resolves with the message that `pick` accepts as the answer; rejects when the program ends without one. */
function answer<T>(child: ChildProcess, name: string, pick: (message: never) => T | undefined): Promise<T> {
  const done = new Promise<T>((resolve, reject) => {
    child.on('message', (message) => {
      const picked = pick(message as never) // a program of this folder sent it
      if (picked !== undefined) resolve(picked)
    })
    child.once('exit', (code) => reject(new Error(`the ${name} ended with ${code}`)))
  })
  done.catch(() => undefined) // a caller that awaits it, perhaps later, gets the error
  return done
}

/** The same promise, but rejected when a run takes longer than any working run. */
export async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${seconds} s`)), seconds * 1000)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
