import type { Logger } from './log.ts'

/** Thrown by a start that was told to stop half-way. */
export class Stopping extends Error {}

/** What has been started, to be stopped in reverse. */
export interface StopOrder {
  /** @throws Stopping when the stop has begun meanwhile; then `stop` has run already */
  started(name: string, stop: () => Promise<void> | void): Promise<void>
  /**
   * Stop everything, last started first; a part that fails or hangs does not keep the rest from stopping. Safe to call
   * twice.
   */
  stop(): Promise<void>
  /** Resolves when the stop begins. */
  readonly stopping: Promise<void>
  readonly isStopping: boolean
}

const stepLimitMs = 30_000

export function stopOrder(log: Logger): StopOrder {
  const steps: { name: string; stop: () => Promise<void> | void }[] = []
  let stopping: Promise<void> | undefined
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const runStep = async (name: string, stop: () => Promise<void> | void) => {
    try {
      await within(stepLimitMs, Promise.resolve(stop()))
      log.debug({ step: name }, 'stopped')
    } catch (error) {
      log.error({ err: error, step: name }, 'could not be stopped in order')
    }
  }
  const unwind = async () => {
    for (let step = steps.pop(); step; step = steps.pop()) await runStep(step.name, step.stop)
  }
  return {
    async started(name, stop) {
      if (!stopping) {
        steps.push({ name, stop })
        return
      }
      await runStep(name, stop)
      throw new Stopping()
    },
    stop() {
      begin()
      stopping ??= unwind()
      return stopping
    },
    stopping: begun,
    get isStopping() {
      return stopping !== undefined
    },
  }
}

async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms / 1000} s`)), ms)
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/**
 * Call `stop` once when the process should end: SIGINT, SIGTERM, SIGHUP, or (under npm) the parent gone.
 * A second signal does not wait any longer.
 */
export function onStopRequest(stop: (why: string) => void, watchParent: boolean): void {
  let askedAt: number | undefined
  const ask = (why: string) => {
    // Ctrl-C reaches us twice under npm: from the terminal, and passed on by npm
    if (askedAt !== undefined && Date.now() - askedAt > 2000) process.exit(1)
    if (askedAt !== undefined) return
    askedAt = Date.now()
    stop(why)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal))
  if (!watchParent) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    if (askedAt === undefined) ask('parent process gone')
  }, 500)
  watch.unref()
}
