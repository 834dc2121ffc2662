import type { Logger } from './log.ts'

export interface Job {
  name: string
  everyMs: number
  run(): Promise<unknown>
}

/**
 * Repeat each job, waiting its own interval after each end, so that one job never runs twice at once. A failing job is
 * logged once until it works again, because a missing database would fill the log every second.
 * @returns a function that stops the jobs, and waits for those that are running
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
