import { flag } from '#connector/state/fold.ts'
import { mayBeAgain } from '#connector/state/state.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import type { JournalRecord } from '#journal/records.ts'
import type { Target } from './target.ts'

const source = blankSourceMessage()

/**
 * Carries a target's cursor over the journal while copies wait: the queue after a Logon, a slow reader, anything that could not be
 * written when it came. Stops when there is no room and is woken when there is again.
 */
export class CatchUp {
  /** Copies wait and nothing moves them at the moment. */
  isWaiting = false
  private running = false
  private stopped = false
  private again = false
  /** Where the last scan stopped: nothing that waits stands before it. */
  private past = 0
  /** It has met bytes that cannot be read. */
  private hasLost = false

  constructor(private readonly target: Target) {}

  /** There is something to do, or there may be room again. */
  wake(): void {
    const { report, core } = this.target
    if (report.behindSinceMs === 0) report.behindSinceMs = core.steadyMs
    this.isWaiting = true
    if (this.running) {
      this.again = true
      return
    }
    this.stopped = this.again = false
    this.running = true
    void this.run().catch((cause: unknown) => core.fail(new Error(`catching up for ${this.target.name}`, { cause })))
  }

  stop(): void {
    this.stopped = true
    this.again = false
    this.past = 0
    this.isWaiting = false
  }

  private async run(): Promise<void> {
    try {
      await Promise.resolve() // what brought the wake comes first: a Logon's answer, the rest of a chunk
      while (!this.stopped && this.target.hasRoomToCatchUp && (await this.stretch())) {
        this.again = false
        if (!this.stopped) this.target.applicationResends.moved()
      }
    } finally {
      this.running = false
    }
    if (this.stopped) {
      if (this.again) this.wake() // somebody is back already
    } else if (this.target.behind === 0) {
      this.target.applicationResends.moved()
      this.isWaiting = false
      this.target.report.behindSinceMs = 0
      this.target.report.isCatchingUp = false
    } else if (this.again && this.target.hasRoomToCatchUp) this.wake()
  }

  /** One run of waiting copies as far as there is room. False: nothing is left to do. */
  private async stretch(): Promise<boolean> {
    const { target } = this
    const { core } = target
    core.turn()
    core.flushDeliveries()
    const { total, runs } = target.state.waiting
    if (total === 0) return false
    // a stretch may end in messages that were taken away: then the next one holds what waits
    const index = runs.findIndex((to, i) => i % 2 === 1 && to >= this.past)
    const from = runs[index - 1]
    const to = runs[index]
    if (from === undefined || to === undefined) {
      if (runs.length > 0 && !this.hasLost) throw new Error(`bug: ${total} copies wait nowhere`)
      // the cursor is past them: a damaged batch held their numbers, or themselves
      core.control({ kind: 'numbered', target: target.id, ...(this.hasLost && { isLost: true }) })
      this.hasLost = false
      return false
    }
    const begin = Math.max(Math.floor(from), this.past)
    const past = await core.journal.scan(
      begin,
      to + 1,
      (record) => this.visit(record, from),
      () => {
        this.hasLost = true
      },
    )
    if (!this.stopped) this.past = past // a scan that was stopped ends behind a record it left alone
    return true
  }

  private visit(record: JournalRecord, from: number): boolean | undefined {
    const { target } = this
    if (this.stopped) return false
    if (record.type !== 'M' || record.position < from || (record.flags & flag.aside) !== 0) return undefined
    if (!target.membership.lets(target.state, record)) return undefined
    target.core.turn()
    const late = (record.flags & flag.late) !== 0
    readSource(record, record.start, record.end - record.start, record.bodyAt, record.at797, source)
    const { stream, epoch, number, position } = record
    const { state, journal } = target.core
    const possResend = (record.flags & flag.possResend) !== 0 || mayBeAgain(state.data, position, journal.end)
    target.copy(source, target.sources.byStream(stream), position, { stream, epoch, number, late, possResend })
    return target.hasRoomToCatchUp
  }
}
