import { type ClockStep, stepLastsMs } from '#connector/run/clock.ts'
import type { Worker } from '#connector/run/worker.ts'

/**
 * Reports that the wall clock was set: in the log, for ten minutes as `clock-set`, and as `clock` while a reset waits.
 */
export class ClockTold {
  private told = 0

  constructor(private readonly worker: Worker) {}

  tick(): void {
    const { core, alarms, log } = this.worker
    const { clock, steps } = core
    steps.look(clock.wallMs(), clock.steadyMs())
    const { count, newest, doubtMs } = steps
    if (newest && count !== this.told) log.warn({ byMs: newest.byMs, doubtMs }, 'the clock was set')
    if (newest && steps.isRecent) {
      if (count !== this.told) alarms.raise('clock-set', 'connector', '', sentenceOf(newest))
    } else alarms.clear('clock-set', 'connector', '')
    this.told = count
    if (doubtMs === 0) alarms.clear('clock', 'connector', '')
    else alarms.raise('clock', 'connector', '', this.doubt(doubtMs))
  }

  private doubt(doubtMs: number): string {
    const { weeks, commandLine } = this.worker
    const { waiting } = weeks
    const waits = waiting.length === 0 ? '' : ` Due by one of the two, and waiting: ${waiting.join(', ')}.`
    return (
      `The clock was set ${span(doubtMs)}, and nobody has said that it is right: logon windows go by the time before, ` +
      `and a reset comes only when both say so.${waits} If it is right: ${commandLine('confirm-clock')}. If not, set it right.`
    )
  }
}

const sentenceOf = ({ byMs, atMs }: ClockStep): string =>
  `The clock was set ${span(byMs)} at ${timeOf(atMs)} UTC: until ${timeOf(atMs + stepLastsMs)} what is right by the time before is accepted, too.`

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 19)

/** `8 s forward`, `1 h 0 min back`. */
export function span(byMs: number): string {
  const seconds = Math.round(Math.abs(byMs) / 1_000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const size =
    hours > 0 ? `${hours} h ${minutes % 60} min` : minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
  return `${size} ${byMs < 0 ? 'back' : 'forward'}`
}
