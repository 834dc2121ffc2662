import type { Logger } from './log.ts'

export interface Job {
  name: string
  everyMs: number
  run(): Promise<unknown>
}

/**
 * Run each job again and again, its own pace after its own end: never two of one job at once. What a job throws is
 * logged once until it works again, because a database that is away would fill the log every second.
 * @returns stops them, when those running have ended
 */
export function runJobs(jobs: readonly Job[], log: Logger): () => Promise<void> {
  let stopping = false
  const stops = jobs.map((job) => {
    let timer: NodeJS.Timeout | undefined
    let running: Promise<void> = Promise.resolve()
    let failing = false
    const once = async () => {
      try {
        await job.run()
        if (failing) log.info({ job: job.name }, 'job works again')
        failing = false
      } catch (error) {
        if (!failing) log.error({ err: error, job: job.name }, 'job failed; it is tried again')
        failing = true
      }
      if (!stopping) schedule()
    }
    const schedule = () => {
      timer = setTimeout(() => {
        running = once()
      }, job.everyMs)
    }
    schedule()
    return async () => {
      clearTimeout(timer)
      await running
    }
  })
  return async () => {
    stopping = true
    await Promise.all(stops.map((stop) => stop()))
  }
}
